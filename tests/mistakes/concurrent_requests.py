"""Requests at the same time, in a test that has one connection.

Says: was sent while GET /health/ready was still being answered.
"""

import asyncio

from httpx2 import AsyncClient


async def test_requests_at_the_same_time(async_client: AsyncClient) -> None:
    """Send two requests at once."""
    answers = await asyncio.gather(*(async_client.get("/health/ready") for _ in range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
