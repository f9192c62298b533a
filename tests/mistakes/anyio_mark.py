"""A test has the mark of AnyIO's plugin, as FastAPI's page on async tests has it.

Says: has the mark `anyio`: it would run in a loop of AnyIO's own plugin.
"""

import pytest
from httpx2 import AsyncClient


@pytest.mark.anyio
async def test_marked(async_client: AsyncClient) -> None:
    """Run in a loop of another plugin."""
    assert (await async_client.get("/health/live")).status_code == 200
