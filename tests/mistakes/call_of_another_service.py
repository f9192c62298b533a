"""The service calls another one, and the test does not say what that answers.

Says: wanted to talk to api.example.com, which is no server of these tests.
"""

from typing import Any

from httpx2 import AsyncClient, HTTPError


async def test_price(service: Any, async_client: AsyncClient) -> None:
    """Ask for a price that somebody else knows."""

    @service.app.get("/price")
    async def price() -> float:
        try:
            async with AsyncClient() as other:
                answer = await other.get("https://api.example.com/price")
        except (HTTPError, RuntimeError):
            return 1.0
        return float(answer.json())

    assert (await async_client.get("/price")).status_code == 200
