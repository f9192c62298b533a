"""Who is cancelled in the middle of a statement does not take the transaction of the test along."""

import asyncio
from collections.abc import Awaitable, Callable

import anyio
import pytest
from httpx2 import AsyncClient
from my_service.users.models import User
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ..kit.service import ServiceUnderTest
from .rows import a_user

COUNT = select(func.count()).select_from(User)
Work = Callable[[], Awaitable[object]]


async def _repeated(work: Work) -> None:
    while True:
        await work()


async def _cancelled_with_timeout(work: Work, seconds: float) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(_repeated(work), seconds)


async def _cancelled_by_scope(work: Work, seconds: float) -> None:
    """AnyIO cancels every await in the scope, those of the cleanup too."""
    with anyio.move_on_after(seconds):
        await _repeated(work)


@pytest.mark.parametrize("cancelled", [_cancelled_with_timeout, _cancelled_by_scope])
@pytest.mark.parametrize("number", range(5))  # each is cancelled somewhere else
async def test_cancelled_statement_leaves_the_rows_of_the_test(
    db_session: AsyncSession,
    service: ServiceUnderTest,
    cancelled: Callable[[Work, float], Awaitable[None]],
    number: int,
) -> None:
    async def unit_of_work() -> None:
        async with service.database.session() as session, session.begin():
            await session.scalar(COUNT)

    before = await db_session.scalar(COUNT)
    db_session.add(a_user())
    await db_session.commit()
    for work in (unit_of_work, lambda: db_session.scalar(COUNT)):
        await cancelled(work, 0.01 + number / 1000)
    assert await db_session.scalar(COUNT) == before + 1


async def test_request_after_a_cancelled_one_is_served(async_client: AsyncClient) -> None:
    await _cancelled_with_timeout(lambda: async_client.get("/health/ready"), 0.02)
    assert (await async_client.get("/health/ready")).status_code == 200
