"""Finds the sessions that a test, or the service in a test, did not close."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.util import greenlet_spawn

from ..refusal import refuse
from ..service import Application
from .engines import refuse_connections_left


@asynccontextmanager
async def no_sessions_left(app: Application) -> AsyncIterator[None]:
    """Close the sessions that are left open when the block ends, and refuse that."""
    yield
    left = app.watch.open_in_front()
    for session in left:
        await greenlet_spawn(session.close)
    if left:
        refuse("session-left", places=", ".join(session.opened.place for session in left))
    if app.watch.connection is None:  # on the other tier there is one, and only one
        await refuse_connections_left(str(app.database.engine.url.database))
