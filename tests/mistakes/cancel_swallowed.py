"""A middleware limits the time of requests, and sends nothing when it is up.

Says: The application returned without sending the end of its response.
"""

import asyncio

import anyio
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from starlette.types import ASGIApp, Receive, Scope, Send


class TimeLimit:
    """Ends requests that take long, and leaves the client waiting."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or nothing."""
        with anyio.move_on_after(0.01):
            await self.app(scope, receive, send)


async def test_time_is_up() -> None:
    """Call a slow handler."""
    app = FastAPI()

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(60)

    transport = ASGITransport(TimeLimit(app))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/slow")
