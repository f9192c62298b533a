"""A client is used after it was closed.

Says: A request was sent with a client that is closed.
"""

from httpx2 import AsyncClient


async def test_client_that_is_closed(async_client: AsyncClient) -> None:
    """Send a request after the block that closes the client."""
    async with async_client:
        pass
    await async_client.get("/health/live")
