"""The result of a call is used, and the call was not awaited.

Says: A coroutine was used as if it were its result.
"""

from httpx2 import AsyncClient


async def test_response_without_await(async_client: AsyncClient) -> None:
    """Look at the status of a coroutine."""
    response = async_client.get("/health/live")
    assert response.status_code == 200
