"""Refuses work above what the service can do at once, instead of making everybody wait."""

from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import Unavailable


class ConcurrencyLimit:
    """Answers 503 while `limit` requests are being served. Health checks are let through."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit
        self._serving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 503 with Retry-After."""
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
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
