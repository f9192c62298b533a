"""A test that stops in the code of the service: test_inside.py types at its prompt."""

from httpx2 import AsyncClient

from ..kit.service import ServiceUnderTest


async def test_debugger_stops_in_a_request(
    service: ServiceUnderTest, async_client: AsyncClient
) -> None:
    @service.app.get("/answer")
    async def answer() -> int:
        number = 6
        breakpoint()
        return number

    assert (await async_client.get("/answer")).json() == 42
