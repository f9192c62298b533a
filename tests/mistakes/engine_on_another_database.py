"""An engine is made on a database that is somebody's.

Says: is not a database that this suite made.
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def test_production(service: Any) -> None:
    """Write to the database of production."""
    engine = create_async_engine(service.database.engine.url.set(database="production"))
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM users"))
