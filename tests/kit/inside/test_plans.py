"""A test can ask which index a statement uses."""

from collections.abc import Awaitable, Callable

import pytest
from my_service.users.models import User
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ..kit.plans import Plan


@pytest.mark.parametrize(
    ("statement", "uses"),
    [
        (select(User).where(User.email == "ada@example.com"), True),
        (select(User).where(User.id == 1), True),
        (select(User).where(User.name == "Ada"), False),
        (select(func.count()).select_from(User).where(func.lower(User.name) == "ada"), False),
    ],
)
async def test_plan_says_whether_an_index_is_used(
    uses_index: Callable[[object], Awaitable[Plan]], statement: Select[tuple[object]], uses: bool
) -> None:
    plan = await uses_index(statement)

    assert bool(plan) == uses, plan
    assert "users" in repr(plan)


async def test_plan_leaves_the_session_as_it_was(
    uses_index: Callable[[object], Awaitable[Plan]], db_session: AsyncSession
) -> None:
    await uses_index(select(User))

    assert (await db_session.scalars(select(User))).all() == []
