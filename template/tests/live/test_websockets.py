"""WebSockets on a real server."""

import pytest
from fastapi import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ..kit.databases import Databases
from ..kit.live import serve
from ..kit.service import run_app

pytestmark = pytest.mark.live


async def test_server_that_stops_closes_websockets_with_1012(databases: Databases) -> None:
    async with databases.new() as url, run_app(url) as running:

        @running.app.websocket("/echo")
        async def echo(websocket: WebSocket) -> None:
            await websocket.accept()
            while True:
                await websocket.send_text(await websocket.receive_text())

        async with serve(running) as base_url:
            websocket = await connect(base_url.replace("http", "ws") + "/echo")
            await websocket.send("hello")
            assert await websocket.recv() == "hello"
        with pytest.raises(ConnectionClosed) as closed:
            await websocket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
