"""The fixtures keep what their docstrings promise."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from my_service.core.clock import Clock
from my_service.db.session import Database
from my_service.settings import Settings
from my_service.users.models import User
from sqlalchemy import func, select, text
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from ..adapter import FrozenClock, app_state
from ..kit.service import ServiceUnderTest
from .rows import a_user


async def count_users(session: AsyncSession) -> int:
    """Count the rows, not what the session remembers."""
    return await session.scalar(select(func.count()).select_from(User)) or 0


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_every_test_begins_without_rows(
    db_session: AsyncSession, service: ServiceUnderTest, turn: str
) -> None:
    assert await count_users(db_session) == 0
    await db_session.commit()
    async with service.database.session() as session, session.begin():
        session.add(a_user())
    assert await count_users(db_session) == 1


async def test_a_rollback_of_the_service_spares_what_the_test_arranged(
    db_session: AsyncSession, service: ServiceUnderTest
) -> None:
    db_session.add(a_user())
    await db_session.commit()
    async with service.database.session() as session:
        await session.execute(text("DELETE FROM users"))
        await session.rollback()
    assert await count_users(db_session) == 1


async def test_a_request_empties_the_session_of_the_test(
    async_client: AsyncClient, db_session: AsyncSession
) -> None:
    user = a_user()
    db_session.add(user)
    await async_client.get("/health/live")

    assert user not in db_session
    with pytest.raises(InvalidRequestError, match="not persistent"):
        await db_session.refresh(user)
    assert (await db_session.get_one(User, user.id)).name == "Ada"


@pytest.mark.keep_objects
async def test_the_mark_keeps_its_objects(
    async_client: AsyncClient, db_session: AsyncSession
) -> None:
    user = a_user()
    db_session.add(user)
    await async_client.get("/health/live")

    await db_session.refresh(user)


async def test_an_isolated_database_commits_for_good(isolated_db: Database) -> None:
    async with isolated_db.session() as session, session.begin():
        session.add(a_user())
    async with isolated_db.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM users")) == 1


async def test_isolated_requests_run_at_the_same_time(isolated_client: AsyncClient) -> None:
    responses = await asyncio.gather(*(isolated_client.get("/health/ready") for _ in range(5)))
    assert {response.status_code for response in responses} == {200}


async def test_only_the_next_commit_of_the_service_fails(
    db_session: AsyncSession,
    service: ServiceUnderTest,
    failing_commit: Callable[[], AbstractContextManager[None]],
) -> None:
    with failing_commit():
        await db_session.commit()
        with pytest.raises(OperationalError):
            async with service.database.session() as session, session.begin():
                session.add(a_user())
        async with service.database.session() as session, session.begin():
            session.add(a_user())
    assert await count_users(db_session) == 1


async def test_a_commit_that_does_not_come_is_told(
    failing_commit: Callable[[], AbstractContextManager[None]],
) -> None:
    with pytest.raises(pytest.fail.Exception, match="committed nothing"), failing_commit():
        pass


async def test_too_many_queries_are_listed(
    db_session: AsyncSession, count_queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    with count_queries(1) as statements:
        await count_users(db_session)
    assert len(statements) == 1
    twice = count_queries(1)
    twice.__enter__()
    await count_users(db_session)
    await count_users(db_session)
    with pytest.raises(pytest.fail.Exception, match=r"2 SQL statements(.|\n)*2\. SELECT count"):
        twice.__exit__(None, None, None)


async def test_the_clock_of_the_service_stands_still(
    service: ServiceUnderTest, frozen_clock: FrozenClock
) -> None:
    before = app_state(service)[Clock].now()
    frozen_clock.move(timedelta(days=1))
    assert app_state(service)[Clock].now() - before == timedelta(days=1)


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_route_of_a_test_ends_with_it(
    service: ServiceUnderTest, async_client: AsyncClient, turn: str
) -> None:
    async def nothing() -> None: ...

    assert (await async_client.get("/of-a-test")).status_code == 404
    service.app.add_api_route("/of-a-test", nothing)
    assert (await async_client.get("/of-a-test")).status_code == 200


@pytest.mark.parametrize("name", ["isolated_db", "async_client"])
async def test_fixture_by_parameter_has_its_tier(
    service: ServiceUnderTest, named: object, name: str
) -> None:
    assert service.tier == {"isolated_db": "isolated", "async_client": "transaction"}[name]


@pytest.fixture
def named(request: pytest.FixtureRequest, name: str) -> object:
    """The fixture of a name."""
    return request.getfixturevalue(name)


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_an_override_ends_with_the_test(
    service: ServiceUnderTest, override: Callable[[type, object], None], turn: str
) -> None:
    state = app_state(service)
    assert isinstance(state[Settings], Settings)
    override(Settings, "something else")
    assert str(state[Settings]) == "something else"
    with pytest.raises(pytest.fail.Exception, match="keeps no str, it keeps .*Settings"):
        override(str, None)
