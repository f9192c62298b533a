"""Compare a rendered service with a bare application in one process; see benchmarks/throughput.py.

Both are called as a server calls them, without a client or a socket between. Prints a JSON object
for each operation: CPU microseconds for each request of both, their ratio, and latencies.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from bare import create_bare_app
from fastapi import FastAPI
from my_service.core.logging import configure_logging
from my_service.db.session import Database
from my_service.documents.models import Document
from my_service.main import create_app
from my_service.settings import Settings, load_settings
from my_service.users.models import User
from sqlalchemy import select

ROWS = 1000
BLOCKS = 7
EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
LOGIN = urlencode({"username": EMAIL, "password": PASSWORD}).encode()
Headers = Mapping[str, str]


@dataclass
class Subject:
    """One of the two applications, started, and the headers of a caller who is logged in."""

    app: FastAPI
    state: Mapping[str, Any]
    credentials: Headers

    async def call(
        self, method: str, path: str, headers: Headers, body: bytes
    ) -> tuple[int, bytes]:
        """Send one request; return the status and the body."""
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (name.encode(), value.encode())
                for name, value in {
                    "host": "localhost:8000",
                    "content-length": str(len(body)),
                    **headers,
                    **self.credentials,
                }.items()
            ],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
            "state": dict(self.state),
        }
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        status, answer = 0, b""

        async def receive() -> dict[str, Any]:
            return messages.pop() if messages else await asyncio.Future()

        async def send(message: Any) -> None:
            nonlocal status, answer
            status = message.get("status", status)
            answer += message.get("body", b"")

        await self.app(scope, receive, send)
        return status, answer


@dataclass(frozen=True)
class Operation:
    """One kind of request; `path` and `body` get the number of the request."""

    name: str
    method: str
    path: Callable[[int], str]
    expected: int
    requests: int = 150
    body: Callable[[int], bytes] = lambda number: b""
    headers: Headers = field(default_factory=lambda: JSON)


async def block(subject: Subject, operation: Operation, number: int) -> tuple[float, list[float]]:
    """Send a block of requests; return CPU microseconds for each, and the latencies in ms."""
    latencies = []
    cpu = time.process_time()
    for i in range(operation.requests):
        n = number * operation.requests + i
        started = time.perf_counter()
        status, answer = await subject.call(
            operation.method, operation.path(n), operation.headers, operation.body(n)
        )
        latencies.append((time.perf_counter() - started) * 1000)
        assert status == operation.expected, (operation.name, status, answer)
    return (time.process_time() - cpu) / operation.requests * 1e6, latencies


async def compare(ours: Subject, bare: Subject, operation: Operation) -> None:
    """Measure an operation in alternating blocks, and print the figures."""
    for subject in (ours, bare):
        await block(subject, operation, 0)
    cpu: dict[str, list[float]] = {"service": [], "bare": []}
    latency: dict[str, list[float]] = {"service": [], "bare": []}
    for number in range(BLOCKS):
        for name, subject in (("service", ours), ("bare", bare)):
            spent, latencies = await block(subject, operation, number + 1)
            cpu[name].append(spent)
            latency[name] += latencies
    ratios = [b / s for s, b in zip(cpu["service"], cpu["bare"], strict=True)]
    figures = {
        "operation": operation.name,
        "service_us": statistics.median(cpu["service"]),
        "bare_us": statistics.median(cpu["bare"]),
        "ratio": statistics.median(ratios),
        **{f"{name}_p99_ms": statistics.quantiles(latency[name], n=100)[98] for name in latency},
    }
    print(json.dumps(figures), flush=True)


async def fill(database: Database) -> tuple[int, list[int]]:
    """Make the documents of one user; return its id and theirs."""
    now = datetime.now(UTC)
    async with database.session() as session, session.begin():
        owner = (await session.scalars(select(User).order_by(User.id).limit(1))).one()
        for number in range(ROWS):
            text = {"title": f"Title {number}", "body": "The body of a document. " * 4}
            times = {"created_at": now, "updated_at": now}
            session.add(Document(**text, **times, status="draft", owner_id=owner.id))
        await session.flush()
        return owner.id, list(await session.scalars(select(Document.id)))


def operations(ids: list[int], owner_id: int, *, login: bool) -> list[Operation]:
    """Return what is compared."""
    one: Callable[[int], str] = lambda n: f"/api/v1/documents/{ids[n % len(ids)]}"  # noqa: E731
    new = {"title": "New", "body": "x"} | ({} if login else {"owner_id": owner_id})
    found = [
        Operation("health", "GET", lambda n: "/health/live", 200, requests=400),
        Operation("read one", "GET", one, 200),
        Operation("list of 20", "GET", lambda n: "/api/v1/documents?limit=20", 200),
        Operation(
            "create",
            "POST",
            lambda n: "/api/v1/documents",
            201,
            body=lambda n: json.dumps(new).encode(),
        ),
        Operation(
            "patch", "PATCH", one, 200, body=lambda n: json.dumps({"title": f"T{n}"}).encode()
        ),
    ]
    if login:
        path: Callable[[int], str] = lambda n: "/api/v1/auth/login"  # noqa: E731
        found.append(Operation("login", "POST", path, 200, 5, lambda n: LOGIN, FORM))
    return found


def bare_app(settings: Settings, *, login: bool) -> FastAPI:
    """Return the bare application on the same database."""
    url = settings.database_url.get_secret_value()
    if not login:
        return create_bare_app(url)
    # Only a service with this login has the libraries that it needs.
    from bare_login import add_login, get_user

    app = create_bare_app(url, get_user)
    add_login(app)
    return app


async def log_in(subject: Subject) -> Headers:
    """Return the headers of a caller who has logged in."""
    _, answer = await subject.call("POST", "/api/v1/auth/login", FORM, LOGIN)
    return {"authorization": f"Bearer {json.loads(answer)['access_token']}"}


async def main(*, login: bool) -> None:
    """Start both applications on one database and compare them."""
    settings = load_settings()
    configure_logging(level="INFO", json_lines=True)
    database = Database(settings)
    owner_id, ids = await fill(database)
    await database.aclose()
    service, bare = create_app(settings), bare_app(settings, login=login)
    async with (
        service.router.lifespan_context(service) as state,
        bare.router.lifespan_context(bare),
    ):
        ours, theirs = Subject(service, state or {}, {}), Subject(bare, {}, {})
        if login:
            ours.credentials = await log_in(ours)
            theirs.credentials = await log_in(theirs)
        for operation in operations(ids, owner_id, login=login):
            await compare(ours, theirs, operation)


asyncio.run(main(login=sys.argv[1] == "jwt"))
