"""An asynchronous test asks for the synchronous client.

Says: is an `async def` and asks for `client`, Starlette's TestClient.
"""

from starlette.testclient import TestClient


async def test_synchronous_client(client: TestClient) -> None:
    """Block the loop of the tests."""
    assert client.get("/health/live").status_code == 200
