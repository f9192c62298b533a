"""The seam: the one place that opens, commits and rolls back sessions.

Tests swap what stands behind `Database.session_makers` and never the code in front of it.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from ..core.state import from_state
from .sockets import units_of_work

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Database:
    """Opens sessions on one engine. Made in the lifespan, one per application."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # A class of its own, so that listeners attached to it hear this database only.
        self.session_class: type[Session] = type("DatabaseSession", (Session,), {})
        # Everything that makes sessions: what tests point at their own transaction.
        self.session_makers = tuple(
            async_sessionmaker(bind, sync_session_class=self.session_class, expire_on_commit=False)
            for bind in (engine, engine.execution_options(read_only=True))
        )

    def session(self, *, read_only: bool = False) -> AsyncSession:
        """Give a new session. One that only reads never waits for one that writes."""
        writer, reader = self.session_makers
        return reader() if read_only else writer()

    async def aclose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def is_safe(connection: HTTPConnection) -> bool:
    """Return whether the method promises to change nothing. A WebSocket has no method."""
    return connection.scope.get("method") in SAFE_METHODS


# For work outside the unit of work of a request: streams, and tasks that go on after it.
DatabaseDep = Annotated[Database, Depends(from_state(Database))]


async def get_session(
    connection: HTTPConnection, database: DatabaseDep
) -> AsyncIterator[AsyncSession]:
    """Provide the unit of work: committed when the endpoint returns, else rolled back.

    A WebSocket has one unit of work after the other: see `SocketSessions`.
    """
    if connection.scope["type"] == "websocket":
        async with database.session() as session, units_of_work(connection.scope, session):
            yield session
    else:
        read_only = is_safe(connection)
        async with database.session(read_only=read_only) as session, session.begin():
            yield session


# scope="function": the commit is done before the first byte of the response, so a failed commit
# is the response, and who got a 201 can read the row.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
