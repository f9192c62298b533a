"""The tiers: how much of a database, and of a server, a test has to itself."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager

import pytest
from httpx2 import ASGITransport, AsyncHTTPTransport

from .adapter import load_adapter
from .databases import Databases, open_databases
from .guards.tasks import Tasks
from .lifespan import Lifespan
from .live import serve
from .postgres import is_postgres, server_url
from .service import ServiceUnderTest, run_app
from .transaction import OneAtATime, rolled_back

ISOLATED_FIXTURES = {"isolated_db", "isolated_client", "isolated_db_session"}


@asynccontextmanager
async def in_transaction(shared: Lifespan) -> AsyncIterator[ServiceUnderTest]:
    """Yield the application of all tests, in a transaction that is rolled back."""
    load_adapter().reset(shared)
    service = ServiceUnderTest(shared, OneAtATime(shared))
    async with rolled_back(service.database), service:
        yield service


@asynccontextmanager
async def isolated(databases: Databases, *, live: bool) -> AsyncIterator[ServiceUnderTest]:
    """Yield an application on a database of its own, with real commits, and on a real server."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(databases.new())
        app = await stack.enter_async_context(run_app(url))
        if live:
            base_url = await stack.enter_async_context(serve(app))
            service = ServiceUnderTest(app, AsyncHTTPTransport(), base_url)
        else:
            service = ServiceUnderTest(app, ASGITransport(app))
        yield await stack.enter_async_context(service)


@pytest.fixture(scope="session")
def _place_of_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the server, which takes a while to start; for SQLite a folder."""
    with ExitStack() as stack:
        if is_postgres(load_adapter()):
            yield server_url(stack)
        else:
            yield str(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
async def databases(_place_of_databases: str) -> AsyncIterator[Databases]:
    """Databases of your own: `async with databases.new(migrated=False) as url:`."""
    async with open_databases(_place_of_databases) as databases:
        yield databases


@pytest.fixture(scope="session")
async def _shared_app(databases: Databases) -> AsyncIterator[Lifespan]:
    """The application of all tests that run in a transaction."""
    async with databases.new() as url, run_app(url) as app:
        yield app


@pytest.fixture
async def service(
    request: pytest.FixtureRequest,
    databases: Databases,
    _shared_app: Lifespan,
    _clean_loop: Tasks,
) -> AsyncIterator[ServiceUnderTest]:
    """The service under test, of which the other fixtures are made: its app, state, database.

    It is on the highest tier that a fixture of the test asks for, and they all share it.
    """
    names = set(request.fixturenames)
    live = "live_client" in names or request.config.getoption("transport") == "live"
    has_database = live or names & ISOLATED_FIXTURES
    tier = isolated(databases, live=live) if has_database else in_transaction(_shared_app)
    async with tier as service:
        service.keep_objects = request.node.get_closest_marker("keep_objects") is not None
        tasks = Tasks()
        yield service
        if not live:  # a server waits for its requests by itself
            await tasks.end()  # as long as they have a database
            _clean_loop.left |= tasks.left
