"""A second domain passes what its project's own CI runs, whatever the answers.

What is proven on the sample is proven on the sample only: the second domain has other types, keys
and relations, a history with branches, streams, sockets, jobs and calls to other services.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import overlays, template
from tests.installed import Installed

# Elsewhere those tests of the template run that a domain can break. The others know no domain, and
# tests/test_variants.py has run them.
WHOLE_SUITE = {*template.ONE_OF_EACH_STYLE, "everything"}
FOLDERS = ["tests/contract", "tests/declarations", "tests/migrations"]
FILES = [
    "test_authorization.py",
    "test_openapi.py",
    "test_openapi_security.py",
    "test_ownership.py",
    "test_public.py",
    "test_settings.py",
]
# Of the contract tests, those of its own operations.
OPERATIONS = "not test_schema or rooms or equipment or bookings or series"
# It takes as long as half a suite. Mypy, which is stricter, looks at all.
PYRIGHT = WHOLE_SUITE


@pytest.mark.parametrize("name", template.answer_sets())
def test_overlay(
    name: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    subtests: pytest.Subtests,
    record_property: Callable[[str, object], None],
) -> None:
    """Its suite passes, and so do the checks that its CI runs."""
    rendered = template.render(template.answers_of(name), tmp_path / "project")
    overlays.lay(rendered)
    project = Installed(rendered.path, tmp_path_factory.getbasetemp())
    # The one file of the suite that a team does not write itself.
    project.uv("run", "pytest", "-q", "tests/contract/test_openapi.py", "--update-openapi")
    with subtests.test("suite"):
        options = [] if name in WHOLE_SUITE else ["-k", OPERATIONS, *_touched(rendered)]
        record_property("rendered_tests", project.suite(*options))
    for words in project.checks():
        if words[0] != "pyright" or name in PYRIGHT:
            with subtests.test(" ".join(words)):
                project.uv("run", *words)


def _touched(rendered: template.Rendered) -> list[str]:
    """Return the tests of the domain, and those of the template that its rows and routes reach."""
    own = [path for path, _ in overlays.new_files(rendered) if path.name.startswith("test_")]
    files = [path for file in FILES for path in (rendered.path / "tests").rglob(file)]
    folders = [path for folder in FOLDERS if (path := rendered.path / folder).is_dir()]
    paths = {path.relative_to(rendered.path).as_posix() for path in (*folders, *own, *files)}
    return sorted(path for path in paths if not path.startswith(tuple(f"{it}/" for it in FOLDERS)))
