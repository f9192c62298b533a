"""A fixture of another tier is asked for when the test has its database.

Says: `isolated_db` was asked for when the test had its database already.
"""

from typing import Any

import pytest
from httpx2 import AsyncClient


@pytest.fixture
def database(async_client: AsyncClient, request: pytest.FixtureRequest) -> Any:
    """Ask for a database of the test's own, and a client before."""
    return request.getfixturevalue("isolated_db")


async def test_two_tiers(database: Any) -> None:
    """Commit for real, or so it seems."""
    async with database.session() as session:
        await session.commit()
