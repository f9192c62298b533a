"""Units of work of a WebSocket, which lives longer than any transaction should."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import immutabledict
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SESSIONS = "socket_sessions"

# The session outlives its units of work: a query brings its objects up to date.
_UP_TO_DATE = immutabledict({"populate_existing": True})


class SocketSessions:
    """Commits the session of a WebSocket before the socket sends, or waits for a message.

    So a socket that waits holds no connection to the database, and what a message reports is
    committed before it is sent, as with the response to a request. This happens in the task of
    the endpoint only: a task that the endpoint starts must open sessions of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket. Requests pass unchanged."""
        if scope["type"] != "websocket":
            return await self.app(scope, receive, send)
        task = asyncio.current_task()
        sessions: list[AsyncSession] = []
        scope[_SESSIONS] = sessions

        async def commit() -> None:
            if asyncio.current_task() is task:
                for session in sessions:
                    await session.commit()

        async def commit_and_receive() -> Message:
            await commit()
            return await receive()

        async def commit_and_send(message: Message) -> None:
            await commit()
            await send(message)

        await self.app(scope, commit_and_receive, commit_and_send)


@asynccontextmanager
async def units_of_work(scope: Scope, session: AsyncSession) -> AsyncIterator[None]:
    """Within the block, have the session committed by `SocketSessions`, and once at its end."""
    sessions: list[AsyncSession] = scope[_SESSIONS]
    session.sync_session.execution_options = _UP_TO_DATE
    sessions.append(session)
    try:
        yield
        await session.commit()
    finally:
        sessions.remove(session)
