"""A second loop runs in a thread and uses the database of the tests there.

Says: The test, or one of its fixtures, starts another event loop
"""

import asyncio

from my_service.db.session import Database
from sqlalchemy import text


async def test_loop_in_a_thread(isolated_db: Database) -> None:
    """Ask the database from a loop of its own."""

    async def ask() -> None:
        async with isolated_db.session() as session:
            await session.execute(text("SELECT 1"))

    await asyncio.to_thread(asyncio.run, ask())
