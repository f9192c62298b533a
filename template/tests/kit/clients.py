"""Calls an application in process: requests, answers without an end, and WebSockets.

Each call runs in a task of its own, in the loop of the test. What the application sends arrives
when it is sent, and an application is told when its client leaves, as by a server.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Protocol

from httpx2 import AsyncBaseTransport, AsyncByteStream, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope
from starlette.websockets import WebSocketDisconnect
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.frames import Close
from websockets.http11 import Response as Refusal

GRACE_SECONDS = 1.0  # for an application to end when its client has left
MOST_MESSAGES = 64  # that an application sends before the client reads them
NORMAL_CLOSURE, GOING_AWAY = 1000, 1001


class Call:
    """One call of an application, until that has ended."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        self._sent: asyncio.Queue[Message] = asyncio.Queue(MOST_MESSAGES)
        self._is_left = self._has_raised = False
        name = f"{scope.get('method', 'WEBSOCKET')} {scope['path']}"
        self._task: asyncio.Task[None] = asyncio.create_task(
            self._run(app, scope, receive), name=name
        )

    async def _run(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        await app(scope, receive, self._send)

    async def _send(self, message: Message) -> None:
        if not self._is_left:
            await self._sent.put(message)

    async def next(self) -> Message:
        """Return the next message of the application. Raise what it raised instead."""
        if self._sent.empty() and not self._task.done():
            sent = asyncio.ensure_future(self._sent.get())
            try:
                await asyncio.wait({sent, self._task}, return_when=asyncio.FIRST_COMPLETED)
                if sent.done():
                    return sent.result()
            finally:
                sent.cancel()
        if not self._sent.empty():
            return self._sent.get_nowait()
        self._raise()
        raise AssertionError("the application ended before its response_complete")

    async def ended(self) -> None:
        """Wait for what the application does after its answer. Raise what it raised."""
        await asyncio.wait({self._task})
        self._raise()

    async def leave(self) -> None:
        """Take no more messages, and wait for the application to notice. Cancel it at last."""
        self._is_left = True
        while not self._sent.empty():
            self._sent.get_nowait()
        _, running = await asyncio.wait({self._task}, timeout=GRACE_SECONDS)
        if running:
            await self.cancel()
        elif not self._task.cancelled():
            self._raise()

    async def cancel(self) -> None:
        """Cancel the call, as its client is cancelled. Raise what the application raised."""
        self._is_left = True
        self._task.cancel()
        await asyncio.wait({self._task}, timeout=GRACE_SECONDS)
        if self._task.done() and not self._task.cancelled():
            self._raise()

    def _raise(self) -> None:
        """Raise what the application raised, once."""
        if not self._has_raised:
            self._has_raised = True
            self._task.result()


def _scope(request: Request, **of_kind: Any) -> Scope:
    return {
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 123),
        "server": (request.url.host, request.url.port),
        **of_kind,
    }


class InProcess(AsyncBaseTransport):
    """The transport of the clients that need no server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def handle_async_request(self, request: Request) -> Response:
        """Send a request. Return the answer as soon as it begins; its body comes as it is sent."""
        assert isinstance(request.stream, AsyncByteStream)
        chunks, has_left = aiter(request.stream), asyncio.Event()
        is_complete = False

        async def receive() -> Message:
            nonlocal is_complete
            if is_complete:
                await has_left.wait()
                return {"type": "http.disconnect"}
            try:
                return {"type": "http.request", "body": await anext(chunks), "more_body": True}
            except StopAsyncIteration:
                is_complete = True
                return {"type": "http.request", "body": b"", "more_body": False}

        call = Call(self.app, _scope(request, type="http", method=request.method), receive)
        try:
            start = await call.next()
        except asyncio.CancelledError:
            await call.cancel()
            raise
        assert start["type"] == "http.response.start"
        body = _Body(call, has_left, is_shown=request.method != "HEAD")
        return Response(start["status"], headers=start.get("headers", []), stream=body)


class _Body(AsyncByteStream):
    """A body that is still being sent."""

    def __init__(self, call: Call, has_left: asyncio.Event, *, is_shown: bool) -> None:
        self._call, self._has_left, self._is_shown = call, has_left, is_shown

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._call.next()
            more = message.get("more_body", False)
            if self._is_shown and message.get("body"):
                yield message["body"]
        self._has_left.set()
        await self._call.ended()  # its background tasks too

    async def aclose(self) -> None:
        """Leave the application, which may not have ended."""
        self._has_left.set()
        await self._call.leave()


class Socket(Protocol):
    """What a test does with a WebSocket: that of `websockets.asyncio.client`, on every tier."""

    async def send(self, message: str | bytes) -> None:
        """Send a message."""
        ...

    async def recv(self) -> str | bytes:
        """Return the next message. Raise `ConnectionClosed` when the application has closed."""
        ...

    async def close(self, code: int = NORMAL_CLOSURE, reason: str = "") -> None:
        """Leave."""
        ...


class SocketInProcess:
    """A WebSocket without a server, with the words and exceptions of the library `websockets`."""

    def __init__(self, app: ASGIApp, request: Request) -> None:
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        scope = _scope(
            request,
            type="websocket",
            scheme="ws",
            subprotocols=[],
            extensions={"websocket.http.response": {}},
        )
        self._call = Call(app, scope, self._to_app.get)

    async def open(self) -> None:
        """Do the handshake. Raise `InvalidStatus` if the application refuses it."""
        self._tell("connect")
        answer = await self._call.next()
        if answer["type"] == "websocket.accept":
            return
        status, body = answer.get("status", 403), b""
        more = answer["type"] == "websocket.http.response.start"
        while more:
            part = await self._call.next()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        headers = Headers(
            (name.decode(), value.decode()) for name, value in answer.get("headers", [])
        )
        await self._call.leave()
        raise InvalidStatus(Refusal(status, "", headers, body))

    async def send(self, message: str | bytes) -> None:
        """Send a message."""
        self._tell("receive", **{"text" if isinstance(message, str) else "bytes": message})

    async def recv(self) -> str | bytes:
        """Return the next message. Raise `ConnectionClosed` when the application has closed."""
        message = await self._call.next()
        if message["type"] == "websocket.close":
            close = Close(message.get("code", NORMAL_CLOSURE), message.get("reason") or "")
            is_ok = close.code in (NORMAL_CLOSURE, GOING_AWAY)
            raise (ConnectionClosedOK if is_ok else ConnectionClosedError)(close, close, True)
        text: str | bytes | None = message.get("text")
        return message["bytes"] if text is None else text

    async def close(self, code: int = NORMAL_CLOSURE, reason: str = "") -> None:
        """Leave, and wait for the application to end."""
        self._tell("disconnect", code=code, reason=reason)
        with suppress(WebSocketDisconnect):  # which a server ignores, too
            await self._call.leave()

    def _tell(self, kind: str, **content: Any) -> None:
        self._to_app.put_nowait({"type": f"websocket.{kind}", **content})
