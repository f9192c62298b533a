"""A service moves from SQLite to Postgres with its rows, as docs/updating.md says."""

import re
from pathlib import Path

import pytest

from tests import template
from tests.shell import run

ROWS = 2_500  # more than are copied at once
ENVIRONMENT = "ENVIRONMENT=development\nSECRET_KEY=Zx8-vQ2mN4_kLs9pWd3rTy6uHf1jGb5cEa7o\n"
FILL = """
import asyncio
from contextlib import aclosing
from datetime import UTC, datetime

from my_service.db.session import Database
from my_service.settings import load_settings
from tests.builders import Make

async def fill():
    async with aclosing(Database(load_settings())) as database, database.session() as session:
        make = Make(session)
        owner = await make.user(email="ada@example.com", name="Ada Lovelace \\u00e9")
        for number in range({rows}):
            changed = datetime(2026, 1, 1, 1, 2, 3, number, tzinfo=UTC)
            await make.document(owner=owner, title=f"title {{number}}", updated_at=changed)
        await session.commit()

asyncio.run(fill())
"""
READ = """
import asyncio
from contextlib import aclosing

from sqlalchemy import select

from my_service.commands.context import command_settings
from my_service.db.session import Database
from my_service.models import Base

async def read(settings):
    async with aclosing(Database(settings)) as database, database.session() as session:
        for name in ("users", "documents"):
            table = Base.metadata.tables[name]
            for row in await session.execute(select(table).order_by(table.c.id)):
                print(tuple(row))

with command_settings() as settings:
    asyncio.run(read(settings))
"""


@pytest.mark.parametrize("migrations", ["alembic", "dbmate"])
def test_rows_move_from_sqlite_to_postgres(migrations: str, tmp_path: Path) -> None:
    """Every row, with its ids, and the next row counts on."""
    old, new = tmp_path / "old", tmp_path / "new"
    for project, database in ((old, "sqlite"), (new, "postgres")):
        template.render({"database": database, "migrations": migrations}, project)
        (project / ".env").write_text(ENVIRONMENT, encoding="utf-8")
        type_in(project, "uv sync --quiet")
        type_in(project, "uv run my-service migrate")
    file = old / "my_service.db"
    script(old, FILL.format(rows=ROWS))

    # The commands are those of the page.
    page = (template.ROOT / "docs" / "updating.md").read_text(encoding="utf-8")
    [command] = re.findall(r"(?m)^    (uv run my-service import-sqlite) my_service\.db$", page)
    printed = type_in(new, f"{command} {file}")

    assert f"documents: {ROWS} rows" in printed
    assert script(new, READ) == script(old, READ)
    made = type_in(new, "uv run my-service create-user --email b@example.com --password-stdin")
    assert "Created user 2." in made

    again = run([*command.split(), file], folder=new)
    assert again.code == 1
    assert "holds rows: import into one that was only migrated" in again.output
    missing = run([*command.split(), "nowhere.db"], folder=new)
    assert missing.code == 2
    assert "nowhere.db" in missing.output


def type_in(project: Path, command: str) -> str:
    """Run a command; return what it printed."""
    return run(command.split(), folder=project, stdin="wholly unremarkable passphrase\n").check()


def script(project: Path, text: str) -> str:
    """Run a script in the environment of a project; return what it printed."""
    return run(["uv", "run", "python", "-c", text], folder=project).check()
