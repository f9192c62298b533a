"""Answers are changed on a database with rows, by the commands of docs/updating.md."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import template
from tests.template import Rendered
from tests.updates.projects import commit_all, conflicts, copy, given, update
from tests.updates.releases import Releases
from tests.updates.service import Service

Start = Callable[[str], Service]

# One after the other, in one project: styles are left and reached, features come and go.
CHANGES: list[dict[str, object]] = [
    {"auth": "jwt"},
    {"auth": "session", "features": ["personal_api_keys"]},
    {"auth": "jwt", "features": []},
    {"auth": "api_key", "features": ["audit_log", "metrics"]},
]
ADDED = re.compile(r'sa.Column\("token_version", sa.I\w+\(\), nullable=False\)')
FUNCTION = re.compile(r"(?sm)^def .+?(?=^def |\Z)")


@pytest.fixture
def start(
    rendered: Callable[[str], Rendered], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Start:
    """Start a service with an answer set, and with a user in its database."""

    def start(name: str) -> Service:
        repository = Releases(tmp_path / "template")
        repository.release_today()
        answers = rendered(name).answers
        project = copy(repository.path, answers, tmp_path / "project")
        return Service(project, tmp_path_factory.getbasetemp(), answers)

    return start


def change(service: Service, answers: dict[str, object]) -> None:
    """Change answers at the same release."""
    commit_all(service.folder, "what the team did")
    update(service.folder, *given(answers, service.folder), "--vcs-ref=:current:")
    assert conflicts(service.folder) == []
    service.type_in("uv sync --quiet").check()
    commit_all(service.folder, "other answers")


def assert_current(service: Service) -> None:
    """Check that the database is the one of the models, and that its rows are there."""
    service.type_in("uv run my-service migrate").check()
    assert "ok    schema: current" in service.type_in("uv run my-service doctor").check()
    assert "ada@example.com" in service.sql("SELECT email FROM users")


def test_auth_and_features_change_on_rows(start: Start) -> None:
    """A revision for each, as the page says; the history then passes its tests."""
    service = start("sqlite-alembic-api_key")
    page = (template.ROOT / "docs" / "updating.md").read_text(encoding="utf-8")
    [commands] = re.findall(r"(?m)^    uv sync\n((?:    uv run alembic .+\n)+)", page)
    [repair] = re.findall(r"(?sm)^    (with [^\n]+\n[^\n]+alter_column.+?\n)\n", page)
    for answers in CHANGES:
        change(service, answers)
        for command in commands.splitlines():
            service.type_in(command.strip()).check()
        newest = max((service.folder / "migrations/versions").glob("2*.py"), key=_made)
        text = newest.read_text(encoding="utf-8")
        newest.write_text(FUNCTION.sub(lambda one: _repaired(one[0], repair), text), "utf-8")

        assert_current(service)

    service.type_in("uv run ruff format migrations").check()
    service.type_in("uv run pytest -q tests/migrations").check()


def test_create_all_becomes_alembic_on_rows(start: Start) -> None:
    """One command says that the tables are there."""
    service = start("sqlite-create_all-jwt")

    change(service, {"migrations": "alembic"})
    service.type_in("uv run alembic stamp head").check()

    assert_current(service)
    assert "No new upgrade operations" in service.type_in("uv run alembic check").check()


def test_alembic_becomes_dbmate_on_rows(start: Start) -> None:
    """The page has the statements."""
    service = start("defaults")
    page = (template.ROOT / "docs" / "updating.md").read_text(encoding="utf-8")
    [sql] = re.findall(r"(?sm)^      (CREATE TABLE .+?)\n\n", page)

    change(service, {"migrations": "dbmate"})
    service.sql(" ".join(sql.split()).removesuffix(";"))

    assert_current(service)


def _made(path: Path) -> int:
    return path.stat().st_mtime_ns


def _repaired(function: str, repair: str) -> str:
    """Return a revision with a default for the one column that existing rows need a value in."""
    if not ADDED.search(function):
        return function
    default = 'sa.Column("token_version", sa.Integer(), nullable=False, server_default="0")'
    return f"{ADDED.sub(default, function).rstrip()}\n    {repair}\n\n"
