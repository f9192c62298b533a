"""A fixture runs something in an event loop of its own.

Says: The test, or one of its fixtures, starts another event loop
"""

import asyncio

import pytest
from httpx2 import AsyncClient


@pytest.fixture
def prepared() -> None:
    """Prepare something, in a loop that is gone afterwards."""
    asyncio.run(asyncio.sleep(0))


async def test_loop_in_a_fixture(prepared: None, async_client: AsyncClient) -> None:
    """Go on in the loop of the tests."""
    assert (await async_client.get("/health/live")).status_code == 200
