"""Calls of other services

The suite refuses connections to other machines. `outgoing` says what they answer, and that they
were asked.
"""

from httpx2 import AsyncClient


async def test_price_is_passed_on(service, async_client, outgoing):
    @service.app.get("/price")
    async def price() -> float:
        async with AsyncClient() as client:
            return (await client.get("https://api.example.com/price")).json()

    outgoing.add_response(url="https://api.example.com/price", json=1.5)

    assert (await async_client.get("/price")).json() == 1.5
