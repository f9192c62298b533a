"""A plain function asks for asynchronous fixtures.

Says: is a plain `def` and asks for async_client
"""

from httpx2 import AsyncClient


def test_plain_function(async_client: AsyncClient) -> None:
    """Call without `await`."""
    assert async_client.get("/health/live").status_code == 200
