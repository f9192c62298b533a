"""Whose word on the address of a caller is taken."""

from collections.abc import Awaitable
from typing import Any

import structlog
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from .middleware import header

log = structlog.get_logger(__name__)

ADVICE = "Is it a proxy of yours? Name it in TRUSTED_PROXIES, or all callers have its address."


class TrustedProxies:
    """Believe what the named proxies say of their callers, and notice one that is not named."""

    def __init__(self, app: Any, *, named: list[str]) -> None:
        believing: Any = ProxyHeadersMiddleware(app, trusted_hosts=named)
        self._named = believing.trusted_hosts
        self._serve = believing if named else app
        self._noticed = False

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        if not self._noticed and scope["type"] != "lifespan":
            self._notice(scope)
        serving: Awaitable[None] = self._serve(scope, receive, send)
        return serving

    def _notice(self, scope: Scope) -> None:
        """Log who first speaks for others and is not believed: once, for anybody can send that."""
        address, _ = scope.get("client") or ("", 0)
        if address not in self._named and header(scope, b"x-forwarded-for"):
            self._noticed = True
            log.warning("proxy is not trusted", address=address, advice=ADVICE)
