"""Alembic, on the service's own engine and in the running event loop."""

import asyncio
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ._migration import MigrationError, migrations_folder
from ._missing import missing_columns
from .migration_lock import migration_connection


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; env.py migrates on `connection` instead of its own."""
    config = Config(attributes={"connection": connection})
    # A percent sign in the path would be read as the start of a variable.
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def run(engine: AsyncEngine, step: Callable[..., Any], *arguments: Any) -> None:
    """Run a step of `alembic.command`, such as `command.downgrade`, under the migration lock.

    Raise `MigrationError` if Alembic refuses it.
    """
    try:
        async with migration_connection(engine) as connection:
            await connection.run_sync(lambda sync: step(alembic_config(sync), *arguments))
    except CommandError as error:
        raise MigrationError(f"Alembic: {error}") from error


async def upgrade(engine: AsyncEngine, metadata: MetaData) -> None:
    """Apply every revision that the database lacks.

    All of them are applied or none, unless one commits on its way by an `autocommit_block`. Raise
    `MigrationError` if the history has several heads, or if a table or column is still missing.
    """
    history = await asyncio.to_thread(read_history)
    if len(history.heads) > 1:
        raise MigrationError(
            f"the migrations have several heads, {', '.join(sorted(history.heads))}: "
            'run `uv run alembic merge heads -m "merge"`'
        )
    await run(engine, command.upgrade, "head")
    async with AsyncSession(engine) as session:
        await _require_columns(session, metadata)


async def check_schema(session: AsyncSession, metadata: MetaData) -> None:
    """Raise `MigrationError` if the database lacks a revision, or a table or column of the models.

    A revision that this release does not know comes from a newer one, which may be rolled out just
    now: that release has seen to what both need.
    """
    history = await asyncio.to_thread(read_history)
    applied = await (await session.connection()).run_sync(_applied)
    if not applied <= history.revisions:
        return
    if missing := sorted(history.heads - applied):
        names = ", ".join(missing)
        raise MigrationError(f"the database is not at revision {names}: run the command migrate")
    await _require_columns(session, metadata, ask_again=False)


async def _require_columns(
    session: AsyncSession, metadata: MetaData, *, ask_again: bool = True
) -> None:
    if missing := await missing_columns(session, metadata, ask_again=ask_again):
        raise MigrationError(
            f"the database has every revision and lacks {missing}: the models changed without one. "
            'Run `uv run alembic revision --autogenerate -m "what changes"`'
        )


@dataclass(frozen=True, slots=True)
class History:
    """The revisions of this release."""

    heads: frozenset[str]
    revisions: frozenset[str]


def read_history() -> History:
    """Read the revisions, once: a release does not change while it runs.

    Raise `MigrationError` if they do not fit together.
    """
    return _read_history(migrations_folder())


@cache
def _read_history(folder: Path) -> History:
    try:
        # Alembic warns of a revision that is missing or there twice, and goes on.
        with warnings.catch_warnings(action="error", category=UserWarning):
            script = ScriptDirectory.from_config(alembic_config())
            revisions = frozenset(revision.revision for revision in script.walk_revisions())
            return History(frozenset(script.get_heads()), revisions)
    except (CommandError, UserWarning) as error:
        raise MigrationError(f"{folder}: {error}") from error


def _applied(connection: Connection) -> frozenset[str]:
    # Alembic's own way logs two lines each time, and probes of readiness come every few seconds.
    if not inspect(connection).has_table("alembic_version"):
        return frozenset()
    rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    return frozenset(rows.scalars())
