"""A coroutine is kept somewhere and never awaited.

Says: A coroutine was made and never awaited: AsyncClient.get
"""

from typing import Any

from httpx2 import AsyncClient

PENDING: list[Any] = []


async def test_coroutine_in_a_list(async_client: AsyncClient) -> None:
    """Collect what should be sent, and do not send it."""
    PENDING.append(async_client.get("/health/live"))
