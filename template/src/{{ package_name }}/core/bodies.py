"""Bodies of requests: bounded in size and time, and read before the request takes a place."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import PayloadTooLarge, RequestTimeout, Unavailable
from .middleware import HttpMiddleware, header

# A body up to this size is awaited without a place: the server keeps as much of each connection
# anyway. A larger one arrives while its request is served, a few of them at once.
SMALL_BYTES = 65_536
BYTES_PER_SECOND = 16_384  # so many more bytes may take a second more
CLOSE = {"Connection": "close"}  # or the rest of the body would be read as the next request
CLIENT_CLOSED_REQUEST = 499  # the name that nginx has for it in its log; nobody is answered


class BodyLimit(HttpMiddleware):
    """Refuse a body that is too large, or does not arrive in time.

    Who sends a head and then nothing, or a byte now and then, takes no place from others.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, seconds: float, large_at_once: int) -> None:
        super().__init__(app)
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._large = asyncio.Semaphore(large_at_once)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 408, 413 or 503 and close the connection."""
        length = header(scope, b"content-length")
        if length.isdecimal() and int(length) > self._max_bytes:
            return await PayloadTooLarge(headers=CLOSE).answer()(scope, receive, send)
        if length in ("", "0") and not header(scope, b"transfer-encoding") and _is_http_1(scope):
            return await self.app(scope, receive, send)
        body = _Body(receive, max_bytes=self._max_bytes, seconds=self._seconds)
        try:
            await body.wait_for(SMALL_BYTES)
        except (PayloadTooLarge, RequestTimeout) as refused:
            return await refused.answer()(scope, receive, send)
        if body.is_abandoned:
            scope["status"] = CLIENT_CLOSED_REQUEST
        elif body.is_complete:
            await self.app(scope, body.receive, send)
        elif self._large.locked():
            busy = Unavailable("Too many large requests at once. Try again.", headers=CLOSE)
            await busy.answer()(scope, receive, send)
        else:
            async with self._large:
                await self.app(scope, body.receive, send)


def _is_http_1(scope: Scope) -> bool:
    """Return whether a header announces every body."""
    return str(scope["http_version"]).startswith("1")


class _Body:
    """The body of one request while it arrives."""

    def __init__(self, receive: Receive, *, max_bytes: int, seconds: float) -> None:
        self.is_complete = False
        self.is_abandoned = False
        self._receive = receive
        self._max_bytes = max_bytes
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._received = 0
        self._waiting = bytearray()

    async def wait_for(self, size: int) -> None:
        """Wait until there are more bytes than `size`, or all.

        Raise `PayloadTooLarge`, or `RequestTimeout` if they do not arrive in time.
        """
        while not self.is_complete and not self.is_abandoned and self._received <= size:
            message = await self._next()
            self._waiting += message.get("body", b"")

    async def receive(self) -> Message:
        """Return the next message about the request, the body that has arrived first."""
        if self._waiting:
            body, self._waiting = bytes(self._waiting), bytearray()
            return {"type": "http.request", "body": body, "more_body": not self.is_complete}
        if self.is_complete:
            return await self._receive()  # the caller leaves: whenever it wants
        return await self._next()

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout_at(self._deadline + self._received / BYTES_PER_SECOND):
                message = await self._receive()
        except TimeoutError:
            raise RequestTimeout(headers=CLOSE) from None
        self.is_abandoned = message["type"] == "http.disconnect"
        self.is_complete = not self.is_abandoned and not message.get("more_body", False)
        self._received += len(message.get("body", b""))
        if self._received > self._max_bytes:
            raise PayloadTooLarge(headers=CLOSE)
        return message
