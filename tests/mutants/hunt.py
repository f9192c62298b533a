"""Runs a rendered suite on one bug after the other, and tells which tests notice."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

from tests.mutants import catalogue, nursery
from tests.mutants.catalogue import Mutant
from tests.shell import clean_environment, run

TIME_LIMIT = 600
"""Seconds for one suite; the rendered pytest.ini limits each test already."""

FAILED = re.compile(r"^(?:FAILED|ERROR) (tests/.+?)(?: - (.*))?$", re.MULTILINE)
NOT_BEHAVIOUR = ("ImportError", "ModuleNotFoundError", "SyntaxError", "NameError")
PYTEST = ["-q", "--tb=short", "--show-capture=no", "-p", "no:cacheprovider", "-p", "no:randomly"]
SLOW = ("tests/migrations/", "tests/live/", "tests/contract/")
_edits = count(1)


class Verdict(StrEnum):
    """What became of a bug."""

    KILLED = "killed"
    TIMEOUT = "killed by timeout"
    SURVIVED = "SURVIVED"
    INVALID = "NOT VALID"  # the code does not run at all: that says nothing about the tests


@dataclass(frozen=True)
class Outcome:
    """A bug, what became of it, and the tests that say so with the reason they give."""

    mutant: Mutant
    style: str
    verdict: Verdict
    reasons: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        """Describe it in a line, and in another one for each test."""
        told = [f"{self.verdict:9} {self.style:8} {self.mutant.name} ({self.seconds:.0f} s)"]
        if self.verdict is Verdict.SURVIVED:
            told.append(f"          {self.mutant.bug}")
        return "\n".join([*told, *(f"          {reason}" for reason in self.reasons)])


class WarmPytest:
    """Runs pytest in a project again and again, in children that find the libraries loaded."""

    def __init__(self, project: Path) -> None:
        """Start the process whose children run pytest."""
        self._output = project / "output.txt"
        self._nursery = subprocess.Popen(
            [project / ".venv" / "bin" / "python", nursery.__file__],
            cwd=project,
            env=clean_environment(COLUMNS="300"),  # so that pytest does not cut the reasons short
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Return the exit code, and what was printed."""
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._output.unlink(missing_ok=True)
        job = [TIME_LIMIT, str(self._output), [*PYTEST, *arguments]]
        print(json.dumps(job), file=self._nursery.stdin, flush=True)
        code = int(self._nursery.stdout.readline())
        return code, self._output.read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """End it."""
        with self._nursery as process:
            process.terminate()


class Habitat:
    """A rendered project with its environment, in which one bug at a time is let loose."""

    def __init__(self, style: str, project: str, folder: Path) -> None:
        """Render a project and install it. Fail the test where that fails."""
        self.folder = catalogue.render(style, project, folder)
        self._weak: list[str] = []
        run(["uv", "sync", "--quiet"], folder=self.folder).check()
        self._pytest = WarmPytest(self.folder)

    def close(self) -> None:
        """End what runs the suites."""
        self._pytest.close()

    def leave_out(self, tests: Sequence[str]) -> None:
        """Do not run these tests: they fail without any bug."""
        self._weak = [f"--deselect={test}" for test in tests]

    def failing(self) -> list[str]:
        """Return the tests that fail without any bug: they would prove nothing."""
        _, output = self._suite(self._files())
        return [test for test, _ in FAILED.findall(output)]

    def try_out(self, mutant: Mutant, style: str) -> Outcome:
        """Run the suite on the project with this bug, until the first test fails.

        The files that probably notice run first and by themselves, which is quicker.
        """
        started = time.monotonic()
        files = self._files()
        likely = [file for file in mutant.likely if file in files]
        try:
            with loose(mutant.apply(self.folder)):
                code, output = self._suite(likely, "-x") if likely else (0, "")
                if code == 0:
                    code, output = self._suite([file for file in files if file not in likely], "-x")
        except ValueError as error:  # it does not fit
            return Outcome(mutant, style, Verdict.INVALID, (str(error),), 0)
        reasons = tuple(f"{test}: {reason}"[:200] for test, reason in FAILED.findall(output))
        verdict = _verdict(code, reasons)
        if verdict is Verdict.INVALID and not reasons:
            reasons = tuple(output.splitlines()[-5:])
        return Outcome(mutant, style, verdict, reasons, time.monotonic() - started)

    def _files(self) -> list[str]:
        return files_of(self.folder)

    def _suite(self, files: Sequence[str], *options: str) -> tuple[int, str]:
        return self._pytest.run(*self._weak, *options, *files)


def files_of(project: Path) -> list[str]:
    """Return the files of a rendered suite, the slow folders last."""
    paths = (path.relative_to(project) for path in project.glob("tests/*/test_*.py"))
    return sorted((path.as_posix() for path in paths), key=lambda file: (is_slow(file), file))


@contextmanager
def loose(before: Mapping[Path, str]) -> Iterator[None]:
    """Make Python read changed files anew in the block, and undo the change afterwards."""
    try:
        # Cached bytecode is known by its source's size and second: no two edits share a second.
        for path in before:
            os.utime(path, (time.time(), time.time() + 60 * next(_edits)))
        yield
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
            os.utime(path, (time.time(), time.time() + 60 * next(_edits)))


def is_slow(file: str) -> bool:
    """Return whether the tests of a file take long, or start processes."""
    return file.startswith(SLOW)


def _verdict(code: int, reasons: Sequence[str]) -> Verdict:
    if code == 0:
        return Verdict.SURVIVED
    if code == nursery.TIMED_OUT:
        return Verdict.TIMEOUT
    if code != 1 or not reasons or any(name in reasons[0] for name in NOT_BEHAVIOUR):
        return Verdict.INVALID
    return Verdict.KILLED
