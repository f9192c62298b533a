"""Two requests ask the database for the time, in the transaction of one test.

Says: The database was asked for the time more than once, and its now() stands still in this test.
Only: postgres
"""

import asyncio
from typing import Any

from httpx2 import AsyncClient
from my_service.db.session import SessionDep
from sqlalchemy import func, select


async def test_time_goes_on(service: Any, async_client: AsyncClient) -> None:
    """Compare what they were told."""

    @service.app.get("/moment")
    async def moment(session: SessionDep) -> str:
        return str(await session.scalar(select(func.now())))

    first = (await async_client.get("/moment")).text
    await asyncio.sleep(0.01)
    assert (await async_client.get("/moment")).text > first
