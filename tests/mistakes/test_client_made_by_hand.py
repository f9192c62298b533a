"""A TestClient is made in an asynchronous test.

Says: The test, or one of its fixtures, starts another event loop
"""

from my_service.main import create_app
from starlette.testclient import TestClient

from ..adapter import make_settings


async def test_own_client() -> None:
    """Start a loop in a thread."""
    with TestClient(create_app(make_settings())) as client:
        assert client.get("/health/live").status_code == 200
