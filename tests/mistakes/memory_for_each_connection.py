"""An in-memory database without a shared connection: each connection has an empty one.

Says: The table is not in the database of the test.
Only: sqlite
"""

from my_service.models import Base
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine


async def test_memory() -> None:
    """Make the tables in one database and ask another."""
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT count(*) FROM users"))
