"""A rendered service to measure: installed, migrated, with users, served as in production."""

import resource
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import serving, terminate
from tests.shell import clean_environment, run
from tests.template import render

PASSWORD = "correct horse battery staple"
SERVE = "uv run --no-sync my-service serve"


@dataclass(frozen=True)
class Service:
    """A rendered service in a folder of its own."""

    folder: Path

    def command(self, *words: str, stdin: str = "") -> str:
        """Run a command of the service and give what it printed."""
        command = ["uv", "run", "--no-sync", "my-service", *words]
        return run(command, folder=self.folder, stdin=stdin).check()

    def python(self, code: str) -> None:
        """Run Python in the environment of the service."""
        run(["uv", "run", "--no-sync", "python", "-c", code], folder=self.folder).check()

    def make_user(self, email: str, role: str = "writer") -> None:
        """Make a user who logs in with `PASSWORD`."""
        words = ("create-user", "--email", email, "--role", role, "--password-stdin")
        self.command(*words, stdin=f"{PASSWORD}\n")

    def set(self, **settings: str) -> None:
        """Change settings, in the `.env` of the service."""
        with (self.folder / ".env").open("a", encoding="utf-8") as lines:
            lines.writelines(f"{name}={value}\n" for name, value in settings.items())

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve, and give the address."""
        with serving(SERVE, folder=self.folder, stop=terminate) as client:
            yield str(client.base_url)


class Server:
    """The server of a service as one process that may be killed: what its command `serve` runs."""

    def __init__(self, made: Service, port: int) -> None:
        """Take a port, again and again."""
        self._made = made
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"http://127.0.0.1:{port}"
        self.log = made.folder / "server.log"

    def start(self, **settings: str) -> None:
        """Start it; it answers a little later."""
        command: list[str | Path] = [
            self._made.folder / ".venv/bin/my-service",
            "serve",
            f"--port={self._port}",
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._made.folder,
                env=clean_environment(**settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The id of its process."""
        if self._process is None:
            raise RuntimeError("it is not started")
        return self._process.pid

    def kill(self) -> None:
        """End it by SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def cpu_seconds(command: Sequence[str | Path], folder: Path, **environment: str) -> float:
    """Return the CPU seconds that a command takes, with all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command, folder=folder, environment=environment).check()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


@contextmanager
def service(answers: Mapping[str, object], settings: Mapping[str, str]) -> Iterator[Service]:
    """Return a service rendered with `answers`, on an empty database, with these settings."""
    with installed(answers, settings) as made:
        made.command("migrate")
        yield made


@contextmanager
def installed(answers: Mapping[str, object], settings: Mapping[str, str]) -> Iterator[Service]:
    """Return a service rendered with `answers`, with these settings; it has no schema yet."""
    with tempfile.TemporaryDirectory(prefix="oneloop-benchmark-") as folder:
        project = Path(folder) / "project"
        render(answers, project)
        run(["uv", "sync", "--quiet"], folder=project).check()
        values = {"ENVIRONMENT": "development", "SECRET_KEY": secrets.token_urlsafe(32), **settings}
        made = Service(project)
        made.set(**values)
        yield made


def verdict(passed: bool) -> None:
    """End the program: with 1 where a bar was missed."""
    print("passed" if passed else "MISSED")
    sys.exit(0 if passed else 1)
