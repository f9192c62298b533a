"""A request with GET writes.

Says: GET /visits wrote to the database in a session that only reads
"""

from typing import Any

from httpx2 import AsyncClient
from my_service.db.session import SessionDep
from sqlalchemy import text


async def test_get_that_writes(service: Any, async_client: AsyncClient) -> None:
    """Count visits where nothing should change."""

    @service.app.get("/visits")
    async def visits(session: SessionDep) -> None:
        await session.execute(text("UPDATE users SET name = 'visited'"))

    await async_client.get("/visits")
