"""The seam: the one place that opens, commits and rolls back sessions.

Tests swap what stands behind `Database.session_makers` and never the code in front of it.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

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


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Give the request its unit of work: committed when the handler returns, else rolled back."""
    database: Database = request.state.database
    read_only = request.method in SAFE_METHODS
    async with database.session(read_only=read_only) as session, session.begin():
        yield session


# scope="function": the commit is done before the first byte of the response, so a failed commit
# is the response, and who got a 201 can read the row.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
