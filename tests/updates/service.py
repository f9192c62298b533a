"""An installed project with a database of development and rows in it, and what is typed there."""

import shlex
from pathlib import Path

from tests.installed import Installed
from tests.shell import Finished, run
from tests.template import Answers
from tests.updates.projects import commit_all

SETTINGS = "ENVIRONMENT=development\nSECRET_KEY=Zx8-vQ2mN4_kLs9pWd3rTy6uHf1jGb5cEa7o\n"
TYPE_SQL = """
import sqlite3, sys
with sqlite3.connect("my_service.db") as connection:
    for statement in sys.argv[1].split(";"):
        print(connection.execute(statement).fetchall())
"""


class Service:
    """An installed project with a database of development, and Ada in it."""

    def __init__(self, project: Path, shared: Path, answers: Answers) -> None:
        """Install and migrate it, and add a user."""
        self.folder, self.strategy = project, answers["migrations"]
        (project / ".env").write_text(SETTINGS, encoding="utf-8")
        self.installed = Installed(project, shared)
        self.type_in("uv run my-service migrate").check()
        password = "--password-stdin" if answers["has_passwords"] else ""
        self.type_in(f"uv run my-service create-user --email ada@example.com {password}").check()
        commit_all(project, "what the team did")

    def type_in(self, command: str) -> Finished:
        """Run a command as a person types it."""
        return run(
            shlex.split(command),
            folder=self.folder,
            environment=self.installed.environment,
            stdin="wholly unremarkable passphrase\n",
        )

    def sql(self, statement: str) -> str:
        """Type a statement into the database."""
        return self.installed.uv("run", "python", "-c", TYPE_SQL, statement)
