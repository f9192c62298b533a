"""A handler is cancelled below a middleware of `@app.middleware("http")`.

Says: waited for a response that never started.
"""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from httpx2 import ASGITransport, AsyncClient


async def test_cancelled_handler() -> None:
    """Call a handler that is cancelled."""
    app = FastAPI()

    @app.middleware("http")
    async def timed(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        return await call_next(request)

    @app.get("/cancelled")
    async def cancelled() -> None:
        raise asyncio.CancelledError

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        await client.get("/cancelled")
