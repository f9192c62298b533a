"""The tiers: how much of a database, and of a server, a test has to itself."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager

import pytest
from fastapi import FastAPI
from httpx2 import AsyncHTTPTransport

from . import overrides
from .adapter import load_adapter
from .background import MARK, background
from .clients import InProcess
from .databases import Databases, open_databases
from .guards import state
from .guards.connections import none_allowed
from .guards.loops import requested_fixtures
from .guards.sessions import no_sessions_left
from .guards.tasks import Tasks
from .live import serve
from .postgres import is_postgres, server_url
from .refusal import Refused, give_up, refuse
from .service import ServiceUnderTest, create_app, run_app
from .transaction import OneAtATime, SharedApplication

ISOLATED_FIXTURES = {"isolated_db", "isolated_client", "isolated_db_session"}


@asynccontextmanager
async def in_transaction(shared: SharedApplication) -> AsyncIterator[ServiceUnderTest]:
    """Yield the application of all tests, in a transaction that is rolled back."""
    app = shared.app
    service = ServiceUnderTest(app, OneAtATime(app), tier="transaction")
    async with shared.rolled_back(), no_sessions_left(app), service:
        yield service


@asynccontextmanager
async def isolated(
    databases: Databases, *, live: bool, background_work: bool
) -> AsyncIterator[ServiceUnderTest]:
    """Yield an application on a database of its own, with real commits, and on a real server."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(databases.new())
        if background_work:
            stack.enter_context(background.real(url))
        app = await stack.enter_async_context(run_app(url))
        load_adapter().reset(app)
        await stack.enter_async_context(no_sessions_left(app))
        if live:
            base_url = await stack.enter_async_context(serve(app))
            service = ServiceUnderTest(app, AsyncHTTPTransport(), base_url, tier="live")
        else:
            service = ServiceUnderTest(app, InProcess(app), tier="isolated")
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
async def _databases(
    request: pytest.FixtureRequest, _place_of_databases: str
) -> AsyncIterator[Databases]:
    """What creates databases, under a name that no suite has a fixture of its own for."""
    async with AsyncExitStack() as stack:
        try:
            databases = await stack.enter_async_context(open_databases(_place_of_databases))
        except pytest.UsageError as error:
            give_up(str(error))
        except Exception as error:  # every test with a database would fail for the same reason
            request.session.shouldfail = f"no database for the tests: {error}"
            raise
        url = await stack.enter_async_context(databases.new())
        await stack.enter_async_context(background.open(url))
        yield databases


@pytest.fixture(scope="session")
def databases(_databases: Databases) -> Databases:
    """Databases of your own: `async with databases.new(migrated=False) as url:`."""
    return _databases


@pytest.fixture(scope="session")
async def _shared_app(_databases: Databases) -> AsyncIterator[SharedApplication]:
    """The application of all tests that run in a transaction."""
    shared = SharedApplication(_databases)
    try:
        await shared.open()
    except (pytest.UsageError, Refused) as error:
        give_up(f"The application does not start on a database of the tests. {error}")
    yield shared
    await shared.close()


@pytest.fixture
async def _service(
    request: pytest.FixtureRequest,
    _databases: Databases,
    _shared_app: SharedApplication,
    _clean_loop: Tasks,
) -> AsyncIterator[ServiceUnderTest]:
    """The service under test, on the highest tier that a fixture of the test asks for."""
    names = requested_fixtures(request)
    live = "live_client" in names or request.config.getoption("transport") == "live"
    background_work = request.node.get_closest_marker(MARK) is not None
    is_isolated = live or bool(names & ISOLATED_FIXTURES)
    if background_work and not is_isolated:
        refuse("background-work", test=request.node.name)
    if is_isolated:
        if load_adapter().one_application:
            await _shared_app.close()
        tier = isolated(_databases, live=live, background_work=background_work)
    else:
        await _shared_app.open()
        tier = in_transaction(_shared_app)
    async with tier as service:
        service.keep_objects = request.node.get_closest_marker("keep_objects") is not None
        tasks = Tasks()
        with overrides.set_aside(service.app):
            yield service
        if not live:  # a server waits for its requests by itself
            await tasks.end()  # as long as they have a database
            _clean_loop.left |= tasks.left


@pytest.fixture
def service(_service: ServiceUnderTest) -> ServiceUnderTest:
    """The service under test, of which the other fixtures are made: its app, state, database.

    It is on the highest tier that a fixture of the test asks for, and they all share it.
    """
    return _service


@contextmanager
def without_database() -> Iterator[FastAPI]:
    """Yield the one application of a process, which finds no database until the block ends."""
    running = [one.app for one in state.shared]
    app, *_ = running or [create_app(load_adapter().no_database_url)]
    with none_allowed(), overrides.set_aside(app):
        yield app
