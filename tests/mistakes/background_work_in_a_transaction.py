"""A test of the work in the background runs in a transaction that is rolled back.

Says: test_poller is marked `background_work`, and runs in a transaction that is rolled back.
"""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession


@pytest.mark.background_work
async def test_poller(db_session: AsyncSession) -> None:
    """Wait for a task that cannot see the rows of this test."""
