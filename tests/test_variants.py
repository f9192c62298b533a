"""Every answer set is a service that passes its own checks, installed from its own pyproject.toml.

The answer sets run on the Python that runs these tests; the defaults also on every other supported
Python that is installed here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests import pythons, template
from tests.servers import redis
from tests.shell import run

CLOSING_LINE = re.compile(r"(?P<passed>\d+) passed in .+")
# A suite in two processes: each has a database of its own, on both servers.
PARALLEL = {"defaults", "postgres-dbmate-session"}
TOOLS = {"ruff", "lint-imports", "mypy", "pyright"}
# It takes as long as half a suite. Mypy, which is stricter, looks at all.
PYRIGHT = {*template.ONE_OF_EACH_STYLE, "everything"}


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
    """Its suite passes in full, with a real Redis; so do the checks that its own CI runs.

    A suite that skips a test, expects a failure or warns says so in its closing line.
    """
    folder = tmp_path / "project"
    template.render(variant.answers, folder)
    # What this worker installed before is there already: `uv sync` takes away what this service
    # did not ask for, and the libraries stay compiled and typed.
    shared = tmp_path_factory.getbasetemp()
    environment = {
        "MYPY_CACHE_DIR": str(shared / "mypy"),
        "UV_PYTHON": str(pythons.installed()[variant.python]),
        "UV_PROJECT_ENVIRONMENT": str(shared / f"venv-{variant.python}"),
    }

    def uv(*words: str) -> str:
        return run(["uv", *words], folder=folder, environment=environment).check()

    uv("sync", "--quiet")
    with subtests.test("suite"):
        with redis(tmp_path) as url:
            environment["TEST_REDIS_URL"] = url
            workers = ["-n", "2"] if variant.name in PARALLEL else []
            output = uv("run", "pytest", "-q", "--tb=short", "--show-capture=no", *workers)
        last_line = output.splitlines()[-1]
        closing = CLOSING_LINE.fullmatch(last_line)
        assert closing is not None, last_line
        record_property("rendered_tests", int(closing["passed"]))
    checks = _checks(folder)
    assert {words[0] for words in checks} == TOOLS
    for words in checks:
        if words[0] != "pyright" or variant.name in PYRIGHT:
            with subtests.test(" ".join(words)):
                uv("run", *words)


def _checks(project: Path) -> list[list[str]]:
    """Read which checks the project's own CI runs beside the suite."""
    path = project / ".github" / "workflows" / "ci.yml"
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["lint"]["steps"]
    commands = [step["run"].split() for step in steps if "run" in step]
    return [words[2:] for words in commands if words[:2] == ["uv", "run"]]
