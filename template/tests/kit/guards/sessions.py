"""Finds the sessions that a test, or the service in a test, did not close."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import greenlet_spawn

from ..refusal import refuse
from ..service import Application
from .engines import refuse_connections_left

GRACE_SECONDS = 0.1


@asynccontextmanager
async def no_sessions_left(app: Application) -> AsyncIterator[None]:
    """Close the sessions that are left open when the block ends, and refuse that."""
    yield
    if app.watch.open_in_front():
        await asyncio.sleep(GRACE_SECONDS)  # a generator that is cut off closes its own in a task
    left = app.watch.open_in_front()
    for session in left:
        with suppress(SQLAlchemyError):  # its transaction may be in pieces, and is undone anyhow
            await greenlet_spawn(session.close)
        app.watch.open.discard(session)
    if left:
        refuse("session-left", places=", ".join(session.opened.place for session in left))
    if app.watch.connection is None:  # on the other tier there is one, and only one
        await refuse_connections_left(str(app.database.engine.url.database))
