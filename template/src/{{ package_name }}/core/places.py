"""Bounds how many requests are served at once, and how many of them are one caller's."""

from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .callers import caller_of
from .errors import Unavailable
from .middleware import HttpMiddleware, is_health_check


class ConcurrencyLimit(HttpMiddleware):
    """Answer 503 while `limit` requests are being served. Health checks are let through.

    To refuse work above what the service can do at once beats making everybody wait. A response
    that streams gives its place back: mostly it waits, for events or for a slow reader. One caller
    has three quarters of the places at most, so that others find one.
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        super().__init__(app)
        self._free = limit
        self._share = max(1, limit - limit // 4)
        self._taken: Counter[bytes | str] = Counter()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 503 with Retry-After."""
        if is_health_check(scope):
            return await self.app(scope, receive, send)
        caller = caller_of(scope)
        if self._free == 0 or self._taken[caller] >= self._share:
            busy = Unavailable("Too many requests at once. Try again.")
            return await busy.answer()(scope, receive, send)
        self._take(caller)
        has_place = True

        async def send_and_release(message: Message) -> None:
            nonlocal has_place
            if has_place and message.get("more_body", False):
                has_place = False
                self._give_back(caller)
            await send(message)

        try:
            await self.app(scope, receive, send_and_release)
        finally:
            if has_place:
                self._give_back(caller)

    def _take(self, caller: bytes | str) -> None:
        self._free -= 1
        self._taken[caller] += 1

    def _give_back(self, caller: bytes | str) -> None:
        self._free += 1
        self._taken[caller] -= 1
        if not self._taken[caller]:  # only of those who have requests now
            del self._taken[caller]
