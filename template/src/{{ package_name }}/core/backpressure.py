"""Refuses work above what the service can do at once, instead of making everybody wait."""

from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import Unavailable
from .middleware import HttpMiddleware, is_health_check


class ConcurrencyLimit(HttpMiddleware):
    """Answers 503 while `limit` requests are being served. Health checks are let through."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        super().__init__(app)
        self.limit = limit
        self._serving = 0

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 503 with Retry-After."""
        if is_health_check(scope):
            await self.app(scope, receive, send)
            return
        if self._serving >= self.limit:
            busy = Unavailable("Too many requests at once. Try again.")
            await busy.answer()(scope, receive, send)
            return
        self._serving += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._serving -= 1
