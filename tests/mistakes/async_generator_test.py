"""A test yields, as a fixture does.

Says: test_that_yields is an asynchronous generator: there is a `yield` in it.
"""

from collections.abc import AsyncIterator

from httpx2 import AsyncClient


async def test_that_yields(async_client: AsyncClient) -> AsyncIterator[None]:
    """Clean up behind the `yield`."""
    yield
    await async_client.get("/health/live")
