"""The fixtures of every service. Those that know this one are in conftest.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from httpx2 import AsyncClient, Request
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from starlette.testclient import TestClient  # noqa: TID251 - for the one fixture that is sync

from . import faults, origin, plans, queries
from .adapter import Credential, load_adapter
from .clients import Socket
from .databases import Databases
from .guards import network
from .plans import Plan
from .service import ServiceUnderTest, create_app
from .tiers import without_database

if TYPE_CHECKING:
    from pytest_httpx2 import HTTPXMock

# --- Without a database ---------------------------------------------------------------------------


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Starlette's synchronous client, on an application without a database.

    For routing, validation and health. Touching the database fails with an explanation.
    """
    if load_adapter().one_application:  # whose lifespan is for the other tests
        with without_database() as app:
            yield TestClient(app)
        return
    with TestClient(create_app(load_adapter().no_database_url)) as client:
        yield client


# --- In one transaction, rolled back: almost every test -------------------------------------------


@pytest.fixture
def async_client(_service: ServiceUnderTest) -> AsyncClient:
    """An httpx2.AsyncClient on the application, in the event loop of the tests."""
    return _service.client()


@pytest.fixture
def db_session(_service: ServiceUnderTest) -> AsyncSession:
    """A session to arrange and check rows: what `async_client` writes, it reads, and vice versa.

    A request commits it first, and empties it: load objects again afterwards, so that you see
    what the service wrote. The mark `keep_objects` leaves the objects in it.
    """
    return _service.session()


@pytest.fixture
def websocket(
    _service: ServiceUnderTest,
) -> Callable[..., AbstractAsyncContextManager[Socket]]:
    """Open a WebSocket: `async with websocket(async_client, "/path") as socket:`.

    It has the login of the client, and the database and the server of the test's tier.
    """
    return _service.websocket


# --- Who calls ------------------------------------------------------------------------------------


@pytest.fixture
async def test_users(_service: ServiceUnderTest) -> Mapping[str, Any]:  # noqa: PT019 - no test
    """One user per role, with its credentials, as `users()` of the adapter makes them.

    They are in the database that the test uses, on every tier.
    """
    return await load_adapter().users(_service)


@pytest.fixture
def client_as(
    _service: ServiceUnderTest, test_users: Mapping[str, Credential]
) -> Callable[[str], AsyncClient]:
    """Make a client that is logged in: `admin = client_as("admin")`."""

    def logged_in(role: str) -> AsyncClient:
        user = test_users[role]
        return _service.client(headers=dict(user.headers), cookies=dict(user.cookies))

    return logged_in


# --- With a database of its own and real commits: concurrency, isolation, background work ---------


@pytest.fixture
def isolated_db(_service: ServiceUnderTest) -> Any:
    """What opens sessions on a database of the test's own: any number of them, commits are real."""
    _service.require("isolated", "live", fixture="isolated_db")
    return _service.database


@pytest.fixture
def isolated_client(_service: ServiceUnderTest) -> AsyncClient:
    """Like `async_client`, on `isolated_db`: requests may run at the same time."""
    _service.require("isolated", "live", fixture="isolated_client")
    return _service.client()


@pytest.fixture
def isolated_db_session(_service: ServiceUnderTest) -> AsyncSession:
    """Like `db_session`, on `isolated_db`.

    To hold a transaction open while requests run, use `isolated_db.session()`.
    """
    _service.require("isolated", "live", fixture="isolated_db_session")
    return _service.session()


@pytest.fixture
def live_client(_service: ServiceUnderTest) -> AsyncClient:
    """A client on a real Uvicorn socket, over `isolated_db`: disconnects, shutdown."""
    _service.require("live", fixture="live_client")
    return _service.client()


# --- For tests of migrations ----------------------------------------------------------------------


@pytest.fixture
async def empty_engine(_databases: Databases) -> AsyncIterator[AsyncEngine]:
    """An engine on a database without tables, for what makes them."""
    async with _databases.new(migrated=False) as url:
        engine = load_adapter().create_engine(url)
        yield engine
        await engine.dispose()


# --- What goes wrong, and what it costs -----------------------------------------------------------


@pytest.fixture
def failing_commit(_service: ServiceUnderTest) -> Callable[[], AbstractContextManager[None]]:
    """Make the next commit fail: `with failing_commit(): await async_client.post(...)`."""
    return partial(faults.failing_commit, _service)


@pytest.fixture
def count_queries(
    _service: ServiceUnderTest,
) -> Callable[[int], AbstractContextManager[list[str]]]:
    """Bound the SQL statements of a block: `with count_queries(3): await async_client.get(...)`."""
    return partial(queries.count_queries, _service)


@pytest.fixture
def uses_index(_service: ServiceUnderTest) -> Callable[[Any], Awaitable[Plan]]:
    """Plan a statement: `assert await uses_index(select(...).where(...))`."""
    return partial(plans.uses_index, _service.session())


@pytest.fixture
def outgoing(request: pytest.FixtureRequest) -> HTTPXMock:
    """What others answer to the service: `outgoing.add_response(url=..., json=...)`.

    On every tier. A call that nothing answers, and an answer that nothing asks for, fail the test.
    """

    def is_of_test(call: Request) -> bool:
        return network.is_outside(call.url.host) and not origin.in_background()

    if not request.config.pluginmanager.has_plugin("pytest_httpx2"):
        pytest.fail("`outgoing` needs a library: add httpx2-pytest to those of the tests")
    request.node.add_marker(pytest.mark.httpx2_mock(should_mock=is_of_test))
    mock: HTTPXMock = request.getfixturevalue("httpx2_mock")
    return mock


@pytest.fixture
def override(_service: ServiceUnderTest) -> Iterator[Callable[[Any, object], None]]:
    """Replace a part of the application for this test: `override(Clock, SlowClock())`.

    Parts are what the lifespan opens, by the class (or the name) under which it keeps them.
    """
    with ExitStack() as restore:
        yield partial(faults.override, _service, restore)
