"""An engine is not disposed of.

Says: An engine was left with open connections: tests/mistakes/test_engine_left_open.py
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def test_engine_stays_open(databases: Any) -> None:
    """Connect, and do not disconnect."""
    async with databases.new() as url:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
