"""A rendered service to measure: installed, migrated, with users, served as in production."""

import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import serving, terminate
from tests.shell import run
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


@contextmanager
def service(answers: Mapping[str, object], settings: Mapping[str, str]) -> Iterator[Service]:
    """Give a service rendered with `answers`, on an empty database, with these settings."""
    with installed(answers, settings) as made:
        made.command("migrate")
        yield made


@contextmanager
def installed(answers: Mapping[str, object], settings: Mapping[str, str]) -> Iterator[Service]:
    """Give a service rendered with `answers`, with these settings; it has no schema yet."""
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
