"""A rendered project, installed: its commands, its suite, and the checks that its own CI runs."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests import pythons
from tests.shell import run

CLOSING_LINE = re.compile(r"(?P<passed>\d+) passed in .+")
CLOSING_LINE_OF_A_PART = re.compile(r"(?P<passed>\d+) passed, \d+ deselected in .+")
TOOLS = {"ruff", "lint-imports", "mypy", "pyright"}


@dataclass(frozen=True)
class Installed:
    """A project in `folder`, in an environment that many projects share, one after the other.

    What was installed in `shared` before is there already: `uv sync` removes what this project did
    not ask for, and the libraries stay compiled and typed.
    """

    folder: Path
    shared: Path
    python: str = pythons.CURRENT
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Install it."""
        self.environment.update(
            MYPY_CACHE_DIR=str(self.shared / "mypy"),
            UV_PYTHON=str(pythons.installed()[self.python]),
            UV_PROJECT_ENVIRONMENT=str(self.shared / f"venv-{self.python}"),
        )
        self.uv("sync", "--quiet")

    def uv(self, *words: str, **environment: str) -> str:
        """Run `uv` with these words; return what it printed. Fail the test if it fails."""
        environment = self.environment | environment
        command = ["uv", *words]
        return run(command, folder=self.folder, timeout=900, environment=environment).check()

    def suite(self, *options: str) -> int:
        """Run the suite; return the number of its tests.

        A suite that skips a test, expects a failure or warns says so in its closing line.
        """
        output = self.uv("run", "pytest", "-q", "--tb=short", "--show-capture=no", *options)
        last_line = output.splitlines()[-1]
        expected = CLOSING_LINE_OF_A_PART if "-k" in options else CLOSING_LINE
        closing = expected.fullmatch(last_line)
        assert closing is not None, last_line
        return int(closing["passed"])

    def checks(self) -> list[list[str]]:
        """Return the commands that the project's own CI runs beside the suite."""
        path = self.folder / ".github" / "workflows" / "ci.yml"
        steps = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["lint"]["steps"]
        commands = [step["run"].split() for step in steps if "run" in step]
        typed = [words[2:] for words in commands if words[:2] == ["uv", "run"]]
        checks = [each for words in typed for each in self._commands_of(words)]
        assert {words[0] for words in checks} == TOOLS
        return checks

    def _commands_of(self, words: list[str]) -> list[list[str]]:
        """Return the commands of a task of pyproject.toml, or the one that is no task."""
        if words[0] != "poe":
            return [words]
        metadata = tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))
        steps = metadata["tool"]["poe"]["tasks"][words[1]]["sequence"]
        return [step["cmd"].split() for step in steps]
