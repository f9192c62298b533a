"""Sessions that are open at the same time share the connection of a test, and its savepoints."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ..kit.refusal import noticed
from ..kit.service import ServiceUnderTest

COUNT = text("SELECT count(*) FROM tree")


@pytest.fixture
async def tree(db_session: AsyncSession) -> None:
    """A table of this test."""
    await db_session.execute(text("CREATE TABLE tree (id integer PRIMARY KEY)"))
    await db_session.commit()


async def _commit_within(service: ServiceUnderTest, statement: str) -> int:
    """Commit a row while another session is open, and count the rows when both have ended."""
    async with service.database.session() as outer:
        await outer.execute(text(statement))
        async with service.database.session() as inner:
            await inner.execute(text("INSERT INTO tree (id) VALUES (1)"))
            await inner.commit()
    async with service.database.session() as session:
        count: int = await session.scalar(COUNT)
        return count


@pytest.mark.usefixtures("tree")
async def test_commit_within_a_session_that_reads_stays(service: ServiceUnderTest) -> None:
    assert await _commit_within(service, "SELECT count(*) FROM tree") == 1


@pytest.mark.usefixtures("tree")
async def test_commit_within_a_session_that_writes_gets_a_hint(service: ServiceUnderTest) -> None:
    assert await _commit_within(service, "INSERT INTO tree (id) VALUES (2)") == 0
    assert "sessions-overlap" in noticed
