"""One test has an event loop of its own, and fixtures of another.

Says: asks for an event loop of its own.
"""

import pytest
from httpx2 import AsyncClient


@pytest.mark.asyncio(loop_scope="function")
async def test_own_loop(async_client: AsyncClient) -> None:
    """Use a client of the session's loop."""
    assert (await async_client.get("/health/live")).status_code == 200
