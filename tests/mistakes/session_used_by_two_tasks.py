"""Two tasks use one session.

Says: Two tasks used one session or one connection at the same time.
"""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def test_one_session(isolated_db_session: AsyncSession) -> None:
    """Ask twice at once."""
    await asyncio.gather(
        *(isolated_db_session.execute(text("SELECT 1")) for _ in range(2)),
        isolated_db_session.commit(),
    )
