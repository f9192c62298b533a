"""A test says what another service answers, and nobody asks.

Says: The following responses are mocked but not requested
"""

from httpx2 import AsyncClient
from pytest_httpx2 import HTTPXMock


async def test_price_that_nobody_asks_for(async_client: AsyncClient, outgoing: HTTPXMock) -> None:
    """Expect a call, and do nothing that makes it."""
    outgoing.add_response(url="https://api.example.com/price", json=1.5)
    await async_client.get("/health/live")
