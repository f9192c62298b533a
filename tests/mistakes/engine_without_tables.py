"""An engine of the test's own, on a database that nobody has migrated.

Says: The table is not in the database of the test.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


async def test_own_engine(empty_engine: AsyncEngine) -> None:
    """Ask an empty database."""
    async with empty_engine.connect() as connection:
        await connection.execute(text("SELECT count(*) FROM users"))
