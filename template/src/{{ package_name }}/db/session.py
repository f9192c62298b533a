"""The seam: the one place that opens, commits and rolls back sessions.

Tests swap what stands behind `Database.session_makers` and never the code in front of it.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from ..core.state import from_state, state_of
from ..settings import Settings
from .engine import create_engine, create_reading_engine
from .reading import refuse_writes
from .sockets import units_of_work

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Database:
    """Opens sessions on the database. Made in the lifespan, one per application."""

    def __init__(self, settings: Settings) -> None:
        self.engine = create_engine(settings)
        reading = create_reading_engine(settings, self.engine)
        probing = create_reading_engine(settings, self.engine, connections=1)
        # A class of its own, so that listeners attached to it hear this database only.
        self.session_class: type[Session] = type("DatabaseSession", (Session,), {})
        # Everything that makes sessions: what tests point at their own transaction.
        self.session_makers = tuple(
            async_sessionmaker(bind, sync_session_class=self.session_class, expire_on_commit=False)
            for bind in (self.engine, reading, probing)
        )
        # Those with connections of their own: what listens to one hears what is made of it, too.
        engines = {bind.pool: bind for bind in (probing, reading, self.engine)}
        self.engines = tuple(engines.values())
        for engine in (reading, probing):
            refuse_writes(engine)

    def session(self, *, read_only: bool = False) -> AsyncSession:
        """Return a new session.

        One that only reads never waits for one that writes. It has no transaction: each of its
        statements sees what is committed when it begins.
        """
        writer, reader, _ = self.session_makers
        return reader() if read_only else writer()

    def probe(self) -> AsyncSession:
        """Return a session that reads on the connection that is kept for probes of readiness."""
        return self.session_makers[2]()

    async def aclose(self) -> None:
        """Close every connection."""
        for engine in self.engines:
            await engine.dispose()


def is_safe(connection: HTTPConnection) -> bool:
    """Return whether the method promises to change nothing. A WebSocket has no method."""
    return connection.scope.get("method") in SAFE_METHODS


# For work outside the unit of work of a request: streams, and tasks that go on after it.
DatabaseDep = Annotated[Database, Depends(from_state(Database))]


async def get_session(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """Provide the unit of work: committed when the endpoint returns, else rolled back.

    That of a safe method only reads. A WebSocket has one unit of work after the other: see
    `SocketSessions`.
    """
    database = state_of(connection.scope)[Database]
    if connection.scope["type"] == "websocket":
        async with database.session() as session, units_of_work(connection.scope, session):
            yield session
    elif is_safe(connection):
        async with database.session(read_only=True) as session:
            yield session
    else:
        async with database.session() as session, session.begin():
            yield session


# scope="function": the commit is done before the first byte of the response, so a failed commit
# is the response, and who got a 201 can read the row.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
