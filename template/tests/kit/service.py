"""The service under test: a running application, and what one test opens on it."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from httpx2 import AsyncBaseTransport, AsyncClient, Request
from sqlalchemy.ext.asyncio import AsyncSession

from .adapter import load_adapter
from .lifespan import Lifespan


def run_app(database_url: str, **settings: Any) -> Lifespan:
    """Return the application on a database, with some settings changed: `async with` runs it."""
    return Lifespan(load_adapter().create_app(database_url, **settings))


class ServiceUnderTest(AsyncExitStack):
    """What the fixtures of one test share; `async with` closes what was opened on it."""

    def __init__(
        self, lifespan: Lifespan, transport: AsyncBaseTransport, base_url: str = "http://test"
    ) -> None:
        super().__init__()
        self.running = lifespan
        self.app = lifespan.app
        self.state = lifespan.state
        # What opens sessions: the service's own object, of a type that the kit does not know.
        self.database: Any = load_adapter().database(lifespan)
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

    def session(self) -> AsyncSession:
        """Return a new session for the test itself."""
        session: AsyncSession = next(iter(self.database.session_makers))()
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
