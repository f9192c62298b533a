"""A dependency is replaced, and stays so.

Says: The test changed what all tests share, and left it: the override of get_clock.
"""

from typing import Any

from httpx2 import AsyncClient
from my_service.core.clock import Clock, get_clock


async def test_override_stays(service: Any, async_client: AsyncClient) -> None:
    """Replace the clock for everybody."""
    service.app.dependency_overrides[get_clock] = Clock
    assert (await async_client.get("/health/live")).status_code == 200
