"""Alembic, on the service's own engine and in the running event loop."""

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ..models import Base
from ._migration import MigrationError, migrations_folder
from .migration_lock import migration_connection


def alembic_config(connection: Connection | None = None) -> Config:
    """Give Alembic's configuration; env.py migrates on `connection` instead of making its own."""
    config = Config(attributes={"connection": connection})
    # A percent sign in the path would be read as the start of a variable.
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def run(engine: AsyncEngine, step: Callable[..., Any], *arguments: Any) -> None:
    """Run a step of `alembic.command`, such as `command.downgrade`, under the migration lock."""
    async with migration_connection(engine) as connection:
        await connection.run_sync(lambda sync: step(alembic_config(sync), *arguments))


async def upgrade(engine: AsyncEngine) -> None:
    """Apply every revision that the database lacks, all of them or none.

    Raises `MigrationError` when a table is missing afterwards: a revision was put below one that
    this database has already, so Alembic takes it for applied.
    """
    await run(engine, command.upgrade, "head")
    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if missing := sorted(Base.metadata.tables.keys() - set(tables)):
        raise MigrationError(
            f"the database has the newest revision and lacks {', '.join(missing)}: its revision "
            "was added below the head. Move it to the end of the chain (down_revision)."
        )


async def is_current(session: AsyncSession) -> bool:
    """Say whether the database has every revision that this release knows.

    A revision that it does not know comes from a newer release, which may be rolled out just now.
    """
    heads, known = await asyncio.to_thread(_revisions)
    applied = await (await session.connection()).run_sync(_applied)
    return heads <= applied or not applied <= known


@cache
def _revisions() -> tuple[frozenset[str], frozenset[str]]:
    """Read the heads and all revisions, once: a release does not change while it runs."""
    script = ScriptDirectory.from_config(alembic_config())
    known = frozenset(revision.revision for revision in script.walk_revisions())
    return frozenset(script.get_heads()), known


def _applied(connection: Connection) -> frozenset[str]:
    if not inspect(connection).has_table("alembic_version"):
        return frozenset()
    rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    return frozenset(rows.scalars())
