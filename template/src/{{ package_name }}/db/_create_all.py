"""Makes the tables that the models describe. There is no history and no way to change a table."""

from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ..models import Base
from .migration_lock import migration_connection


async def upgrade(engine: AsyncEngine) -> None:
    """Make every table that is missing, all of them or none."""
    async with migration_connection(engine) as connection, connection.begin():
        await connection.run_sync(Base.metadata.create_all)


async def is_current(session: AsyncSession) -> bool:
    """Say whether every table exists. Whether its columns are right cannot be told."""
    return await (await session.connection()).run_sync(_has_every_table)


def _has_every_table(connection: Connection) -> bool:
    return Base.metadata.tables.keys() <= set(inspect(connection).get_table_names())
