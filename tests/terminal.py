"""A command in a terminal of its own, as a person sees it."""

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

from tests import template
from tests.shell import OWN_COMMANDS, clean_environment

COLUMNS, LINES = 80, 24
ENTER = b"\r"
CURSOR_ASKED = b"\x1b[6n"
WAIT_SECONDS = 30
DEFAULTS = {
    "project_name": "My Service",
    "package_name": "my_service",
    "description": "A FastAPI service.",
}


class Terminal:
    """A terminal in which a command runs."""

    def __init__(self, file: int, lines: int = LINES) -> None:
        """Read from and write to the file of a pseudo-terminal."""
        self._file = file
        self.screen = pyte.Screen(COLUMNS, lines)
        self._stream = pyte.ByteStream(self.screen)

    def lines(self) -> list[str]:
        """Return what is on the screen, without empty lines."""
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def wait_for(self, text: str) -> list[str]:
        """Return the screen once it shows a text."""
        while not any(text in line for line in self.lines()):
            ready, _, _ = select.select([self._file], [], [], WAIT_SECONDS)
            assert ready, f"no {text!r} on the screen:\n" + "\n".join(self.lines())
            written = os.read(self._file, 65536)
            self._stream.feed(written)
            if CURSOR_ASKED in written:
                cursor = self.screen.cursor
                self.type(f"\x1b[{cursor.y + 1};{cursor.x + 1}R".encode())
        return self.lines()

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._file, keys)


@contextmanager
def questionnaire(folder: Path, *answers: str, lines: int = LINES) -> Iterator[Terminal]:
    """Run `copier copy` in a terminal of its own, and end it with the block."""
    copier = str(OWN_COMMANDS / "copier")
    command = [copier, "copy", "--vcs-ref=HEAD", *answers, str(template.ROOT), str(folder)]
    process, file = pty.fork()
    if process == 0:
        os.execve(copier, command, clean_environment(TERM="xterm", PYTHONWARNINGS="ignore"))
    try:
        fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", lines, COLUMNS, 0, 0))
        yield Terminal(file, lines)
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(file)


def last_line_of(question: str) -> str:
    """Return a text on the screen that shows that the question can be answered."""
    labels = list(template.choices(question))
    return labels[-1] if labels else DEFAULTS[question]
