"""A release that adds a column: the project says what its database lacks, and what to type."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.template import Rendered
from tests.updates.projects import commit_all, conflicts, copy, update
from tests.updates.releases import Releases
from tests.updates.service import Service

LACKS = "lacks users.last_seen_at"
STATEMENT = "ALTER TABLE users ADD COLUMN last_seen_at DATETIME"
ADVICE = {
    "alembic": 'Run `uv run alembic revision --autogenerate -m "what changes"`',
    "dbmate": f"Write migrations/<timestamp>_<what_changes>.sql: {STATEMENT}",
    "create_all": f"Type into the database, or start with an empty one: {STATEMENT}",
}
READINESS = """
from starlette.testclient import TestClient
from my_service.main import app_from_environment

with TestClient(app_from_environment()) as client:
    print(client.get("/health/ready").text)
"""
OURS = "-- migrate:up\nUPDATE users SET name = name;\n\n-- migrate:down\n"
THEIRS = (
    f"-- migrate:up\n{STATEMENT};\n\n-- migrate:down\nALTER TABLE users DROP COLUMN last_seen_at;\n"
)


def add_migration(service: Service) -> None:
    """Add one of the team's own, after the template's."""
    if service.strategy == "alembic":
        service.type_in("uv run alembic revision -m ours").check()
    if service.strategy == "dbmate":
        (service.folder / "migrations/20260301000000_ours.sql").write_text(OURS, encoding="utf-8")
    service.type_in("uv run my-service migrate").check()
    commit_all(service.folder, "what the team did")


def add_column(service: Service) -> None:
    """Do what the service has advised."""
    if service.strategy == "alembic":
        service.type_in('uv run alembic revision --autogenerate -m "last seen"').check()
    elif service.strategy == "dbmate":
        path = service.folder / "migrations/20260302000000_last_seen.sql"
        path.write_text(THEIRS, encoding="utf-8")
    else:
        service.sql(STATEMENT)


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
    service = Service(project, tmp_path_factory.getbasetemp(), answers)
    add_migration(service)
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

    add_column(service)

    service.type_in("uv run my-service migrate").check()
    assert "ok    schema: current" in service.type_in("uv run my-service doctor").check()
    assert '"ok"' in service.installed.uv("run", "python", "-c", READINESS)
    assert "ada@example.com" in service.sql("SELECT email, last_seen_at FROM users")
    service.type_in("uv run ruff check").check()
    service.type_in("uv run ruff format --check").check()
    service.installed.suite(*([] if name == "defaults" else ["tests/migrations"]))


def _assert_said(output: str, advice: str) -> None:
    """Check that a line names the column and what to do, and that there is no traceback."""
    lines = [line for line in output.splitlines() if LACKS in line]
    assert any(advice in line for line in lines), output
    assert "Traceback" not in output
