"""A request with a safe method writes nothing, whichever way it tries."""

from collections.abc import Awaitable, Callable

import pytest
from httpx2 import AsyncClient
from my_service.db.session import DatabaseDep, SessionDep
from my_service.users.models import User
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from ..kit.refusal import expect_refusal
from ..kit.service import ServiceUnderTest
from .rows import a_user


async def _add(session: AsyncSession) -> None:
    session.add(a_user())
    await session.flush()


async def _update(session: AsyncSession) -> None:
    await session.execute(update(User).values(name="visited"))


async def _core(session: AsyncSession) -> None:
    await (await session.connection()).execute(update(User.__table__).values(name="visited"))


async def _text(session: AsyncSession) -> None:
    await (await session.connection()).execute(text("DELETE FROM users"))


async def _expression(session: AsyncSession) -> None:
    names = "WITH old AS (SELECT 1) DELETE FROM users"
    await (await session.connection()).exec_driver_sql(names)


@pytest.mark.parametrize("write", [_add, _update, _core, _text, _expression])
async def test_write_in_a_get_is_refused(
    service: ServiceUnderTest,
    async_client: AsyncClient,
    write: Callable[[AsyncSession], Awaitable[None]],
) -> None:
    @service.app.get("/visits")
    async def visits(session: SessionDep) -> None:
        await write(session)

    with expect_refusal("GET /visits wrote to the database in a session that only reads"):
        await async_client.get("/visits")


async def test_get_may_write_in_a_session_of_its_own(
    service: ServiceUnderTest, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    @service.app.get("/visits")
    async def visits(session: SessionDep, database: DatabaseDep) -> int:
        async with database.session() as own, own.begin():
            own.add(a_user())
        return await session.scalar(select(func.count()).select_from(User)) or 0

    assert (await async_client.get("/visits")).json() == 1
    assert await db_session.scalar(select(func.count()).select_from(User)) == 1
