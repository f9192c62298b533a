"""Every answer set is a service that passes its own checks, installed from its own pyproject.toml.

The suites run with the second domain laid on (tests/overlays): it adds to a project and takes
nothing away, so one run proves both, what is rendered and that whatever a team adds works.

The answer sets run on the Python that runs these tests; the defaults also on every other supported
Python that is installed here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import overlays, pythons, template
from tests.installed import Installed
from tests.servers import redis

# Their whole suite runs without the second domain, too: one for each database, one without a login.
ALONE = {"defaults", "everything", "postgres-alembic-none"}
# A suite in two processes: each has a database of its own, on both servers.
PARALLEL = {"defaults", "postgres-dbmate-session"}
# It takes as long as half a suite. Mypy, which is stricter, looks at all, with the second domain.
PYRIGHT = {*template.ONE_OF_EACH_STYLE, "everything"}

SNAPSHOT = "tests/contract/test_openapi.py"
SLOW = {"mypy", "pyright"}
# Somebody waits for `--help`, and for `migrate` in each deployment.
LIGHT_COMMANDS = """
import sys
import {package_name}.cli
assert not {{"fastapi", "pydantic", "sqlalchemy"}} & set(sys.modules)
import {package_name}.commands.schema
assert not {{"fastapi", "starlette", "uvicorn"}} & set(sys.modules)
"""


@dataclass(frozen=True)
class Variant:
    """An answer set, and the Python to run it on."""

    name: str
    python: str = pythons.CURRENT

    def __str__(self) -> str:
        """Name the variant as its test does."""
        return self.name if self.python == pythons.CURRENT else f"{self.name}-{self.python}"

    @property
    def answers(self) -> template.Answers:
        """The answers, with the lowest Python as high as the one that it runs on."""
        answers = template.answers_of(self.name)
        return (
            answers if self.python == pythons.CURRENT else answers | {"python_version": self.python}
        )

    @property
    def alone(self) -> bool:
        """Whether its whole suite runs without the second domain, too."""
        return str(self) in ALONE


VARIANTS = [Variant(name) for name in template.answer_sets()] + [
    Variant("defaults", version) for version in pythons.installed() if version != pythons.CURRENT
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_variant(
    variant: Variant,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    subtests: pytest.Subtests,
    record_property: Callable[[str, object], None],
) -> None:
    """Its suite passes in full, with a real Redis; so do the checks that its own CI runs."""
    rendered = template.render(variant.answers, tmp_path / "project")
    project = Installed(rendered.path, tmp_path_factory.getbasetemp(), variant.python)
    workers = ["-n", "2"] if variant.name in PARALLEL else []
    with redis(tmp_path) as url:
        project.environment["TEST_REDIS_URL"] = url
        with subtests.test("suite as rendered"):
            # The snapshot of the API is the one file that the second domain writes anew.
            record_property(
                "rendered_tests", project.suite(*(workers if variant.alone else [SNAPSHOT]))
            )
        with subtests.test("commands import only what they need"):
            project.uv("run", "python", "-c", LIGHT_COMMANDS.format(**rendered.answers))
        _check(project, subtests, "as rendered", SLOW - {"mypy"} if variant.alone else SLOW)

        overlays.lay(rendered)
        with subtests.test("suite with the second domain"):
            project.uv("run", "pytest", "-q", SNAPSHOT, "--update-openapi")
            record_property("rendered_tests", project.suite(*workers))
        left_out = set() if variant.name in PYRIGHT else {"pyright"}
        _check(project, subtests, "with the second domain", left_out)


def _check(project: Installed, subtests: pytest.Subtests, state: str, left_out: set[str]) -> None:
    for words in project.checks():
        if words[0] not in left_out:
            with subtests.test(f"{' '.join(words)} {state}"):
                project.uv("run", *words)
