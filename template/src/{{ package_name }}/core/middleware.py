"""Pure ASGI middleware: what every request passes, from the outside inwards.

None of them answers without a final body, and none runs the application in a task of its own.
"""

import re
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Iterable
from typing import ClassVar
from weakref import WeakKeyDictionary

import structlog
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from opentelemetry import trace
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from .cookies import remove_backslashes
from .draining import Draining
from .errors import problem_response
from .state import state_of

log = structlog.get_logger("access")

UNKNOWN = "unknown"  # the route of a path that none matches
LONGEST_PATH = 200  # bytes of it, in the log
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
RawHeader = tuple[bytes, bytes]
EVERY_ANSWER = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    # The docs page has a policy of its own; everything else is data.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_templates: WeakKeyDictionary[FastAPI, dict[object, str]] = WeakKeyDictionary()
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_CLOSE = (b"connection", b"close")
_STARTS = {"http.response.start", "websocket.http.response.start"}


def header(scope: Scope, name: bytes) -> str:
    """Return a header of a request, or "" without it; the name is in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def path_of(scope: Scope) -> str:
    """Return the path of a request within the service, whatever a proxy serves it under."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def is_health_check(scope: Scope) -> bool:
    """Return whether this is one of the many requests that ask only whether the service is well."""
    return path_of(scope).startswith("/health/")


def is_own_origin(origin: str | None, host: str | None) -> bool:
    """Return whether a page of `origin` is a page of this service, called as `host`.

    The scheme may differ: a proxy that ends TLS hides it.
    """
    return origin is not None and origin.partition("://")[2] == host


def route_template(scope: Scope) -> str:
    """Return the route as it was declared: the same for every id, so that logs can be counted.

    It is "unknown" where no route matches, and until one has been looked for.
    """
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return UNKNOWN
    matched = scope.get("fastapi", {}).get("effective_route_context")
    if matched is not None and getattr(matched.original_route, "endpoint", None) is endpoint:
        return RouteContext(matched.original_route, matched).path or UNKNOWN
    # FastAPI does not promise to leave it there: a route is found without it, too.
    templates = _templates.setdefault(scope["app"], {})
    if endpoint not in templates:
        templates[endpoint] = UNKNOWN
        for context in iter_route_contexts(scope["app"].routes):
            templates[getattr(context.original_route, "endpoint", None)] = context.path or UNKNOWN
    return templates[endpoint]


class HttpMiddleware(ABC):
    """Base of what every request passes. What is not in `types` passes unchanged."""

    types: ClassVar[frozenset[str]] = frozenset({"http"})

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        serve = self.serve if scope["type"] in self.types else self.app
        return serve(scope, receive, send)

    @abstractmethod
    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let `self.app` answer."""


class RequestContext(HttpMiddleware):
    """Add an id to each request, the common headers to each response, and a line to the log.

    A WebSocket is a request that takes until it is closed.
    """

    types = frozenset({"http", "websocket"})

    def __init__(self, app: ASGIApp, *, https_only: bool) -> None:
        super().__init__(app)
        self._https_only = https_only

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request under its id: the caller's own where that is harmless."""
        request_id = header(scope, b"x-request-id")
        if not _REQUEST_ID.fullmatch(request_id):
            request_id = secrets.token_hex(16)
        remove_backslashes(scope)
        clear_contextvars()
        bind_contextvars(request_id=request_id, **_in_trace(request_id))
        # In the scope, so that the other middleware need not listen to each message, too.
        scope["status"], scope["answered"] = 500, False
        started = time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                scope["status"], scope["answered"] = message["status"], True
                added = self._headers(scope)
                added.append((b"x-request-id", request_id.encode()))
                _add_headers(message, added)
            elif message["type"] == "websocket.accept":
                scope["status"] = 101
            elif message["type"] == "websocket.close" and scope["status"] != 101:
                scope["status"] = 403  # what servers answer to a handshake that is not accepted
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            if not is_health_check(scope):
                template = route_template(scope)
                ms = round((time.perf_counter() - started) * 1000, 1)
                line = {"route": template, "status": scope["status"], "ms": ms}
                line["client"], _ = scope.get("client") or ("", 0)
                if template == UNKNOWN:
                    line["path"] = shown_path(scope)
                log.info("request", method=scope.get("method", "WEBSOCKET"), **line)

    def _headers(self, scope: Scope) -> list[RawHeader]:
        """Return what tells browsers to trust an answer with as little as possible, and more."""
        headers = [*EVERY_ANSWER]
        if self._https_only and scope["scheme"] == "https":
            headers.append(_HTTPS_ONLY)
        if state_of(scope)[Draining].begun:
            headers.append(_CLOSE)  # the server closes it: the next request shall not be lost
        return headers


def _in_trace(request_id: str) -> dict[str, str]:
    """Tell the trace of the id, where there is one, and return what the log is told of it."""
    span = trace.get_current_span()
    context = span.get_span_context()
    if not context.is_valid:
        return {}
    span.set_attribute("request_id", request_id)
    return {"trace_id": trace.format_trace_id(context.trace_id)}


def shown_path(scope: Scope) -> str:
    """Return the path as it was sent: cut short, on one line, and without its query."""
    sent: bytes = scope.get("raw_path") or scope["path"].encode()
    shown = sent.partition(b"?")[0][:LONGEST_PATH]
    return shown.decode("latin-1").encode("unicode_escape").decode()


def _add_headers(message: Message, added: Iterable[RawHeader]) -> None:
    """Add headers to an answer, apart from those that it has."""
    headers = message.get("headers", ())
    names = {name for name, _ in headers}
    message["headers"] = [*headers, *[header for header in added if header[0] not in names]]


class AllowedHosts(HttpMiddleware):
    """Refuses requests for another host. Health checks come by address and are let through."""

    types = frozenset({"http", "websocket"})

    def __init__(self, app: ASGIApp, *, hosts: list[str]) -> None:
        super().__init__(app)
        self.hosts = {host.lower() for host in hosts}

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 400."""
        if self.hosts and not is_health_check(scope):
            host = header(scope, b"host").rsplit(":", 1)[0].lower()
            if host not in self.hosts:
                answer = problem_response(400, "This host is not served here.")
                return await answer(scope, receive, send)
        await self.app(scope, receive, send)


class SocketOrigin(HttpMiddleware):
    """Refuse WebSockets that a page of another site opens: CORS does not apply to them."""

    types = frozenset({"websocket"})

    def __init__(self, app: ASGIApp, *, origins: list[str]) -> None:
        super().__init__(app)
        self.origins = origins

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket, or answer 403. Only browsers send the header Origin."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin in (None, *self.origins) or is_own_origin(origin, headers.get("host")):
            return await self.app(scope, receive, send)
        answer = problem_response(403, "This page may not open a WebSocket here.")
        await answer(scope, receive, send)


class UnhandledErrors(HttpMiddleware):
    """Turn an exception nobody handled into a 500 that tells nothing, and log it with its id.

    The exception goes on after that: tests see what happened, and the server drops the connection.
    The caller is told so, or the next request would be sent on it and lost.
    """

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 500."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            log.exception("unhandled exception", path=scope["path"])
            vars(error)["logged"] = True  # logging.py drops the server's own account of it
            if not scope["answered"]:
                answer = problem_response(500, headers={"Connection": "close"})
                await answer(scope, receive, send)
            raise
