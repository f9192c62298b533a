"""Creates the tables that the models describe. There is no history and no way to change a table."""

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ._migration import MigrationError
from ._missing import missing_columns, statements
from .migration_lock import migration_connection


async def upgrade(engine: AsyncEngine, metadata: MetaData) -> None:
    """Create every table that is missing, all of them or none.

    Raise `MigrationError` if a table that exists lacks a column.
    """
    async with migration_connection(engine) as connection, connection.begin():
        await connection.run_sync(metadata.create_all)
    async with AsyncSession(engine) as session:
        await _require_columns(session, metadata)


async def check_schema(session: AsyncSession, metadata: MetaData) -> None:
    """Raise `MigrationError` if a table or column is missing."""
    await session.execute(text("SELECT 1"))  # also where there is no need to look again
    await _require_columns(session, metadata, ask_again=False)


async def _require_columns(
    session: AsyncSession, metadata: MetaData, *, ask_again: bool = True
) -> None:
    if missing := await missing_columns(session, metadata, ask_again=ask_again):
        if sql := statements(missing, metadata, session.get_bind().dialect):
            raise MigrationError(
                f"the database lacks {missing}: create_all never changes a table that exists. "
                f"Type into the database, or start with an empty one: {sql}"
            )
        raise MigrationError(f"the database lacks {missing}: run the command migrate")
