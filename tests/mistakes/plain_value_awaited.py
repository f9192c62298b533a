"""What is no coroutine is awaited.

Says: A plain value was awaited.
"""

from httpx2 import AsyncClient


async def test_await_of_a_plain_value(async_client: AsyncClient) -> None:
    """Wait for what is there already."""
    response = await async_client.get("/health/live")
    assert await response.json() == {"status": "ok"}
