"""A call without `await` does nothing.

Says: A coroutine was made and not awaited, so what it should do never happened.
"""

from httpx2 import AsyncClient


async def test_request_never_sent(async_client: AsyncClient) -> None:
    """Make a request and not send it."""
    async_client.get("/health/live")
