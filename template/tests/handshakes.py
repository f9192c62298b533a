"""The first words of a WebSocket, for the tests of who may open it."""

import asyncio
from collections.abc import Mapping

from httpx2 import URL
from starlette.types import Message

from .kit.service import ServiceUnderTest

OPENED = 101


async def handshake(service: ServiceUnderTest, url: str, headers: Mapping[str, str]) -> int:
    """Open a WebSocket and leave it; return 101, or the status of the refusal."""
    path, _, query = url.partition("?")
    sent = {"host": "test", "origin": "https://test", **headers}
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": URL(path).path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 123),
        "server": ("test", 80),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
        "state": dict(service.state),
    }
    to_app, from_app = asyncio.Queue[Message](), asyncio.Queue[Message]()
    to_app.put_nowait({"type": "websocket.connect"})
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(service.app(scope, to_app.get, from_app.put))
        answer = await from_app.get()
        to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})
    opened = answer["type"] == "websocket.accept"
    return OPENED if opened else int(answer.get("status", 403))
