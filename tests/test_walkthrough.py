"""Who follows docs/adding-a-resource.md has a resource, and who leaves a step out is told which."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import template
from tests.installed import Installed
from tests.servers import interrupt, serving
from tests.shell import run
from tests.walkthrough import PAGE, Step, steps

DECLARATIONS = "tests/declarations/test_declarations.py"
ELSEWHERE = 3
"""Lines that may be edited outside what belongs to the resource."""


@pytest.mark.parametrize("name", template.ONE_OF_EACH_STYLE)
def test_walkthrough_makes_a_resource(
    name: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    subtests: pytest.Subtests,
) -> None:
    """Every file, line and command of the page, in their order; the last ones are all checks."""
    rendered = template.render(template.answers_of(name), tmp_path / "project")
    project, before = rendered.path, dict(rendered.texts())
    installed = Installed(project, tmp_path_factory.getbasetemp())
    _run_dev_once(installed)
    for step in steps(project):
        if step.verb == "Run":
            for words in step.commands:
                assert words[0] == "uv"
                installed.uv(*words[1:])
        else:
            step.write(project)

    for step in steps(project):
        if step.verb == "Create":  # what the page shows is what the formatter would write
            assert (project / step.path).read_text(encoding="utf-8") == step.text
    changed = _changes(before, project)
    assert changed.pop("tests/contract/openapi.txt")
    assert sum(changed.values()) <= ELSEWHERE, changed
    for number, forget in enumerate(_omissions(project, rendered.answers)):
        with subtests.test(f"forgotten {number}"):
            forget(installed)


def _run_dev_once(installed: Installed) -> None:
    """Do what the page asks for before its first step."""
    assert "uv run my-service dev" in (installed.folder / PAGE).read_text(encoding="utf-8")
    with serving("uv run my-service dev", folder=installed.folder, stop=interrupt, **installed.environment):
        pass
