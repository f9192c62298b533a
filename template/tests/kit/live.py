"""Serves an application on a real socket, in the event loop of the tests."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def serve(app: ASGIApp, **options: Any) -> AsyncIterator[str]:
    """Serve `app`, whose lifespan runs already, on a free port; provide the base URL.

    The options are those of `uvicorn.Config`.
    """
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, timeout_graceful_shutdown=2, **options
    )
    server = uvicorn.Server(config)
    vars(server)["capture_signals"] = nullcontext  # Ctrl-C is for pytest
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]), name="uvicorn")
        while not server.started and not serving.done():  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.001)
        try:
            yield "http://{}:{}".format(*listener.getsockname())
        finally:
            server.should_exit = True
            await serving
