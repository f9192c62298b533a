"""A release that adds a column: the project says what its database lacks, and what to type."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installed import Installed
from tests.shell import Finished, run
from tests.template import Rendered
from tests.updates.projects import commit_all, conflicts, copy, update
from tests.updates.releases import Releases

LACKS = "lacks users.last_seen_at"
STATEMENT = "ALTER TABLE users ADD COLUMN last_seen_at DATETIME"
ADVICE = {
    "alembic": 'Run `uv run alembic revision --autogenerate -m "what changes"`',
    "dbmate": f"Write migrations/<timestamp>_<what_changes>.sql: {STATEMENT}",
    "create_all": f"Type into the database, or start with an empty one: {STATEMENT}",
}
SETTINGS = "ENVIRONMENT=development\nSECRET_KEY=Zx8-vQ2mN4_kLs9pWd3rTy6uHf1jGb5cEa7o\n"
READINESS = """
from starlette.testclient import TestClient
from my_service.main import app_from_environment

with TestClient(app_from_environment()) as client:
    print(client.get("/health/ready").text)
"""
TYPE_SQL = """
import sqlite3, sys
with sqlite3.connect("my_service.db") as connection:
    print(connection.execute(sys.argv[1]).fetchall())
"""
OURS = "-- migrate:up\nUPDATE users SET name = name;\n\n-- migrate:down\n"
THEIRS = (
    f"-- migrate:up\n{STATEMENT};\n\n-- migrate:down\nALTER TABLE users DROP COLUMN last_seen_at;\n"
)


class Service:
    """An installed project with a database of development and a row in it."""

    def __init__(self, project: Path, shared: Path, strategy: str) -> None:
        """Install and migrate it; add a user, and a migration of the team's own."""
        self.folder, self.strategy = project, strategy
        (project / ".env").write_text(SETTINGS, encoding="utf-8")
        self.installed = Installed(project, shared)
        self.type_in("uv run my-service migrate").check()
        self.type_in("uv run my-service create-user --email ada@example.com").check()
        if strategy == "alembic":
            self.type_in("uv run alembic revision -m ours").check()
        if strategy == "dbmate":
            (project / "migrations/20260301000000_ours.sql").write_text(OURS, encoding="utf-8")
        self.type_in("uv run my-service migrate").check()
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

    def add_column(self) -> None:
        """Do what the service has advised."""
        if self.strategy == "alembic":
            self.type_in('uv run alembic revision --autogenerate -m "last seen"').check()
        elif self.strategy == "dbmate":
            path = self.folder / "migrations/20260302000000_last_seen.sql"
            path.write_text(THEIRS, encoding="utf-8")
        else:
            self.sql(STATEMENT)


@pytest.mark.parametrize("name", ["defaults", "sqlite-dbmate-session", "sqlite-create_all-api_key"])
def test_added_column_is_named_until_the_team_adds_it(
    name: str,
    rendered: Callable[[str], Rendered],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """By the suite, by every command and by readiness; then everything passes, rows included."""
    repository = Releases(tmp_path / "template")
    repository.release_today()
    answers = rendered(name).answers
    project = copy(repository.path, answers, tmp_path / "project")
    service = Service(project, tmp_path_factory.getbasetemp(), answers["migrations"])
    repository.release_later()

    words = update(project)

    assert conflicts(project) == []
    assert "the suite says what is left to do" in words
    commit_all(project, "Update from the template")
    advice = ADVICE[service.strategy]
    suite = service.type_in("uv run pytest -q tests/integration/test_users.py")
    if service.strategy == "create_all":
        suite.check()  # it makes new tables
    else:
        assert suite.code != 0
        _assert_said(suite.output, advice)
    for command in ("migrate", "doctor", "dev --port 0"):
        refused = service.type_in(f"uv run my-service {command}")
        assert refused.code == 1
        _assert_said(refused.output, advice)
    ready = service.installed.uv("run", "python", "-c", READINESS)
    assert "The schema of the database is not the one of this release." in ready
    _assert_said(ready, advice)

    service.add_column()

    service.type_in("uv run my-service migrate").check()
    assert "ok    schema: current" in service.type_in("uv run my-service doctor").check()
    assert '"ok"' in service.installed.uv("run", "python", "-c", READINESS)
    assert "ada@example.com" in service.sql("SELECT email, last_seen_at FROM users")
    service.type_in("uv run ruff check").check()
    service.type_in("uv run ruff format --check").check()
    service.installed.suite(*([] if name == "defaults" else ["tests/migrations"]))


def _assert_said(output: str, advice: str) -> None:
    """Check that a line names the column and what to do, and that there is no traceback."""
    [line] = {line.strip() for line in output.splitlines() if LACKS in line}
    assert advice in line, line
    assert "Traceback" not in output
