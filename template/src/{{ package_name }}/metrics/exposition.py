"""What Prometheus reads at /metrics: the figures of this process, and of this application only."""

import hmac
import time

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import SecretStr
from sqlalchemy.pool import QueuePool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..core.middleware import EVERY_ANSWER, HttpMiddleware, header, path_of, route_template
from ..core.state import state_of
from ..db.session import Database

PATH = "/metrics"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Exposition(HttpMiddleware):
    """Measures every request, and shows the figures to who brings the token.

    To everybody else, /metrics is one of the paths that do not exist. The outermost middleware:
    it also answers while others are refused, and to who calls by address instead of by name.
    """

    types = frozenset({"http", "websocket"})

    def __init__(self, app: ASGIApp, *, token: SecretStr) -> None:
        super().__init__(app)
        self._credential = f"Bearer {token.get_secret_value()}".encode()
        self._registry = registry = CollectorRegistry()
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Requests that were answered, and how long they took.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._in_flight = Gauge(
            "http_requests_in_flight", "Requests that are being answered.", registry=registry
        )
        self._sockets = Gauge("websockets_open", "WebSockets that are open.", registry=registry)
        self._pool_size = Gauge(
            "database_pool_size", "Connections that are kept to the database.", registry=registry
        )
        self._pool_used = Gauge(
            "database_pool_checked_out", "Connections that are in use.", registry=registry
        )

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and measure it, or show the figures."""
        if scope["type"] == "websocket":
            with self._sockets.track_inprogress():
                return await self.app(scope, receive, send)
        if path_of(scope) == PATH and self._may_read(scope):
            await self._figures(scope)(scope, receive, send)
            return
        started = time.perf_counter()
        try:
            with self._in_flight.track_inprogress():
                await self.app(scope, receive, send)
        finally:
            # Callers make up methods and paths; each label must have few values.
            method = scope["method"] if scope["method"] in METHODS else "other"
            route, status = route_template(scope), scope.get("status", 500)
            self._seconds.labels(method, route, status).observe(time.perf_counter() - started)

    def _may_read(self, scope: Scope) -> bool:
        offered = header(scope, b"authorization")
        return hmac.compare_digest(offered.encode(), self._credential)

    def _figures(self, scope: Scope) -> Response:
        pools = [engine.pool for engine in state_of(scope)[Database].engines]
        queues = [pool for pool in pools if isinstance(pool, QueuePool)]
        self._pool_size.set(sum(pool.size() for pool in queues))
        self._pool_used.set(sum(pool.checkedout() for pool in queues))
        answer = Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)
        answer.raw_headers += EVERY_ANSWER
        return answer
