"""A dependency is replaced, and stays so.

Says: The test changed what all tests share, and left it: the override of get_session.
"""

from typing import Any

from httpx2 import AsyncClient
from my_service.db.session import get_session


async def test_override_stays(service: Any, async_client: AsyncClient) -> None:
    """Replace the session for everybody."""
    service.app.dependency_overrides[get_session] = dict
    assert (await async_client.get("/health/live")).status_code == 200
