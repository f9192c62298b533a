"""A commit in the transaction of a test checks what the database checks at its own."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ..kit.service import ServiceUnderTest

ORPHAN = text("INSERT INTO leaf (id, tree_id) VALUES (1, 7)")
TREE = text("INSERT INTO tree (id) VALUES (7)")
DEFER = {
    "sqlite": "PRAGMA defer_foreign_keys = ON",
    "postgresql": "SET CONSTRAINTS ALL DEFERRED",
}


@pytest.fixture(params=["INITIALLY DEFERRED", "INITIALLY IMMEDIATE"])
async def defer(request: pytest.FixtureRequest, db_session: AsyncSession) -> str:
    """Tables with a foreign key that can be deferred; what a session says to defer it."""
    await db_session.execute(text("CREATE TABLE tree (id integer PRIMARY KEY)"))
    reference = f"tree_id integer REFERENCES tree (id) DEFERRABLE {request.param}"
    await db_session.execute(text(f"CREATE TABLE leaf (id integer PRIMARY KEY, {reference})"))
    await db_session.commit()
    immediate = request.param == "INITIALLY IMMEDIATE"
    return DEFER[db_session.get_bind().dialect.name] if immediate else "SELECT 1"


async def test_deferred_constraint_is_checked_at_the_commit(
    service: ServiceUnderTest, defer: str
) -> None:
    async with service.database.session() as session:
        await session.execute(text(defer))
        await session.execute(ORPHAN)
        with pytest.raises(IntegrityError, match="(?i)foreign key") as caught:
            await session.commit()

    assert caught.value.statement is None
    async with service.database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM leaf")) == 0


async def test_deferred_constraint_is_deferred_again_after_a_commit(
    service: ServiceUnderTest, defer: str
) -> None:
    async with service.database.session() as session, session.begin():
        await session.execute(TREE)
        await session.execute(text("DELETE FROM tree"))
    async with service.database.session() as session, session.begin():
        await session.execute(text(defer))
        await session.execute(ORPHAN)
        await session.execute(TREE)


@pytest.mark.parametrize("defer", ["INITIALLY IMMEDIATE"], indirect=True)
async def test_immediate_constraint_is_immediate_again_after_a_commit(
    service: ServiceUnderTest, defer: str
) -> None:
    async with service.database.session() as session, session.begin():
        await session.execute(text(defer))
        await session.execute(ORPHAN)
        await session.execute(TREE)
    async with service.database.session() as session:
        await session.execute(text("DELETE FROM leaf"))
        with pytest.raises(IntegrityError):
            await session.execute(text("INSERT INTO leaf (id, tree_id) VALUES (1, 8)"))


async def test_check_is_not_counted(
    service: ServiceUnderTest,
    defer: str,
    count_queries: Callable[[int], AbstractContextManager[list[str]]],
) -> None:
    with count_queries(1):
        async with service.database.session() as session, session.begin():
            await session.execute(TREE)
