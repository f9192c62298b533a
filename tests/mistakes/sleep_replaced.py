"""asyncio.sleep is replaced, so that a test takes no time.

Says: The test replaces asyncio.sleep for the whole process.
"""

from unittest.mock import AsyncMock, patch

from httpx2 import AsyncClient


async def test_without_waiting(async_client: AsyncClient) -> None:
    """Take the waiting from everybody."""
    with patch("asyncio.sleep", AsyncMock()):
        assert (await async_client.get("/health/live")).status_code == 200
