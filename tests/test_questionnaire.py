"""The questionnaire as a person sees it, in a terminal of 80 columns."""

import fcntl
import os
import pty
import select
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest

from tests import template
from tests.shell import OWN_COMMANDS, clean_environment

COLUMNS, LINES = 80, 24
ENTER = b"\r"
CURSOR_ASKED, CURSOR_TOLD = b"\x1b[6n", b"\x1b[1;1R"
HINT = "(Use arrow keys"  # the words of the library, not of the template
WAIT_SECONDS = 30
BEFORE_FEATURES = (
    *("scope", "project_name", "package_name", "description"),
    *("database", "migrations"),
)
DEFAULTS = {
    "project_name": "My Service",
    "package_name": "my_service",
    "description": "A FastAPI service.",
}


class Terminal:
    """A terminal in which a command runs."""

    def __init__(self, file: int) -> None:
        """Read from and write to the file of a pseudo-terminal."""
        self._file = file
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)

    def lines(self) -> list[str]:
        """Return what is on the screen, without empty lines."""
        return [line.rstrip() for line in self._screen.display if line.strip()]

    def wait_for(self, text: str) -> list[str]:
        """Return the screen once it shows a text."""
        while not any(text in line for line in self.lines()):
            ready, _, _ = select.select([self._file], [], [], WAIT_SECONDS)
            assert ready, f"no {text!r} on the screen:\n" + "\n".join(self.lines())
            written = os.read(self._file, 65536)
            if CURSOR_ASKED in written:
                self.type(CURSOR_TOLD)
            self._stream.feed(written)
        return self.lines()

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._file, keys)


@contextmanager
def questionnaire(folder: Path, *answers: str) -> Iterator[Terminal]:
    """Run `copier copy` in a terminal of its own, and end it with the block."""
    copier = str(OWN_COMMANDS / "copier")
    command = [copier, "copy", "--vcs-ref=HEAD", *answers, str(template.ROOT), str(folder)]
    process, file = pty.fork()
    if process == 0:
        os.execve(copier, command, clean_environment(TERM="xterm", PYTHONWARNINGS="ignore"))
    try:
        fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        yield Terminal(file)
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(file)


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return the lines that ask each question, whole: with a line that is cut this fails."""
    shown: dict[str, list[str]] = {}
    with questionnaire(tmp_path_factory.mktemp("asked") / "project") as terminal:
        for name, question in template.questions().items():
            first, *others = str(question["help"]).splitlines()
            lines = [terminal.wait_for(text) for text in [first, *others, *template.choices(name)]]
            shown[name] = _from(first, terminal.wait_for(_default(name)))
            assert shown[name] == _from(first, lines[-1])
            terminal.type(ENTER)
    return shown


def test_readme_shows_the_questionnaire(screens: dict[str, list[str]]) -> None:
    """Line by line, as it is on the screen."""
    readme = (template.ROOT / "README.md").read_text(encoding="utf-8")
    _, _, section = readme.partition("## The questionnaire\n\n")
    shown = [line for lines in screens.values() for line in lines]
    assert section.partition("\n\n")[0].splitlines() == [f"    {line}" for line in shown]


def test_choice_that_another_answer_rules_out_says_so(tmp_path: Path) -> None:
    """It cannot be selected, and the words after it fit on the line."""
    with questionnaire(tmp_path / "project", "--data=auth=none") as terminal:
        for name in BEFORE_FEATURES:
            terminal.wait_for(str(template.questions()[name]["help"]).splitlines()[0])
            terminal.wait_for(_default(name))
            terminal.type(ENTER)
        terminal.wait_for(
            "   - Personal API keys: users make their own (needs auth to be jwt or session)"
        )


def test_tests_alone_ask_for_what_matters(tmp_path: Path) -> None:
    """The package and the database; then the files are written."""
    answers_file = "--answers-file=.copier-answers.oneloop.yml"
    with questionnaire(tmp_path / "project", answers_file, "--data=scope=tests") as terminal:
        for name, default in (("package_name", "app"), ("database", "Postgres")):
            terminal.wait_for(str(template.questions()[name]["help"]).splitlines()[0])
            terminal.wait_for(default)
            terminal.type(ENTER)
        terminal.wait_for("brings the fixes of the kit.")


def _default(name: str) -> str:
    """Return a text on the screen that shows that the question can be answered."""
    labels = list(template.choices(name))
    return labels[-1] if labels else DEFAULTS[name]


def _from(first: str, lines: list[str]) -> list[str]:
    """Return the lines from the one that begins a question on, without the library's words."""
    begin = max(number for number, line in enumerate(lines) if first in line)
    return [line for line in lines[begin:] if HINT not in line]
