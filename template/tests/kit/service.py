"""The service under test: a running application, and what one test opens on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal, Self

from fastapi import FastAPI
from httpx2 import AsyncBaseTransport, AsyncClient, Request
from sqlalchemy.ext.asyncio import AsyncSession
from websockets.asyncio.client import connect

from . import origin
from .adapter import checked_app, checked_database, load_adapter
from .clients import Socket, SocketInProcess
from .lifespan import Lifespan
from .refusal import refuse
from .sessions import open_session, watched

Tier = Literal["transaction", "isolated", "live"]
OF_CONNECTION = {"host", "connection", "accept-encoding"}
"""The headers of a request that a WebSocket does not share with it."""


class Application(Lifespan):
    """The application of the adapter: `async with` runs it, and watches its sessions."""

    def __init__(self, app: FastAPI, database_url: str) -> None:
        super().__init__(app)
        self._database_url = database_url

    @property
    def database(self) -> Any:
        """What opens sessions: the service's own object, of a type that the kit does not know."""
        return self._database

    async def __aenter__(self) -> Self:
        """Start the application. Raise what its startup raises."""
        await super().__aenter__()
        self._database = checked_database(load_adapter().database(self), self._database_url)
        self._watching = watched(self.database)
        self.watch = self._watching.__enter__()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Shut the application down. Raise what its shutdown raises."""
        self._watching.__exit__(None, None, None)
        await super().__aexit__(*exception)
        if load_adapter().one_application:  # whose engine serves the next database, too
            await self._database.engine.dispose()


def create_app(database_url: str, **settings: Any) -> FastAPI:
    """Return the application on a database, with some settings changed."""
    with origin.building():
        return checked_app(load_adapter().create_app(database_url, **settings))


def run_app(database_url: str, **settings: Any) -> Application:
    """Return the application on a database, with some settings changed: `async with` runs it."""
    return Application(create_app(database_url, **settings), database_url)


class ServiceUnderTest(AsyncExitStack):
    """What the fixtures of one test share; `async with` closes what was opened on it."""

    def __init__(
        self,
        app: Application,
        transport: AsyncBaseTransport,
        base_url: str = "http://test",
        *,
        tier: Tier,
    ) -> None:
        super().__init__()
        self.tier = tier
        self.running = app
        self.app = app.app
        self.state = app.state
        self.database = app.database
        self.keep_objects = False
        self._transport = transport
        self._base_url = base_url
        self._sessions: list[AsyncSession] = []
        self._settling = asyncio.Lock()

    def client(self, **options: Any) -> AsyncClient:
        """Return a new client, without cookies and headers but those in `options`."""
        hooks = {"request": [self._settle]}
        client = AsyncClient(
            transport=self._transport, base_url=self._base_url, event_hooks=hooks, **options
        )
        self.push_async_callback(client.aclose)
        return client

    @asynccontextmanager
    async def websocket(
        self, client: AsyncClient, url: str, *, headers: dict[str, str] | None = None
    ) -> AsyncIterator[Socket]:
        """Open a WebSocket with the login of a client, and leave it when the block ends.

        Raise `websockets.exceptions.InvalidStatus` if the application refuses the handshake.
        """
        headers = {"Origin": self._base_url, **(headers or {})}
        request = client.build_request("GET", url, headers=headers)
        await self._settle(request)
        if self.tier == "live":
            shared = [item for item in request.headers.items() if item[0] not in OF_CONNECTION]
            address = str(request.url.copy_with(scheme="ws"))
            async with connect(address, additional_headers=shared, proxy=None) as connection:
                yield connection
            return
        socket = SocketInProcess(self.running, request)
        await socket.open()
        try:
            yield socket
        finally:
            await socket.close()

    def require(self, *tiers: Tier, fixture: str) -> None:
        """Refuse a fixture that was asked for after the tier had been chosen."""
        if self.tier not in tiers:
            refuse("tier-too-late", fixture=fixture)

    def session(self) -> AsyncSession:
        """Return a new session for the test itself."""
        session = open_session(self.database)
        session.sync_session.expire_on_commit = False  # what a test has arranged, it may read
        self._sessions.append(session)
        self.push_async_callback(session.close)
        return session

    def opened(self, session: object) -> bool:
        """Return whether a (synchronous) session belongs to the test, not to the service."""
        return any(own.sync_session is session for own in self._sessions)

    async def _settle(self, request: Request) -> None:
        """Before a request, commit what the test arranged, and forget its objects.

        So the service finds the rows, and the test cannot assert on what it still remembers
        instead of on what the service wrote.
        """
        async with self._settling:
            for session in self._sessions:
                await session.commit()
                if not self.keep_objects:
                    session.expunge_all()
