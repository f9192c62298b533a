"""Clients that never stop: they write, read and log in, and note what they were answered."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from httpx2 import AsyncClient, Response, TransportError

from benchmarks.service import PASSWORD

DOCUMENTS = "/api/v1/documents"
LOGIN = "/api/v1/auth/login"
PAUSE = 0.02
"""Seconds from an answer to the next request of the same client."""

GIVE_UP = 60
"""Seconds after which a service that does not answer again is broken for good."""

NO_ANSWER = 0
"""Stands for a status where the connection broke, or there was none."""

AWAY = frozenset({503, 504})


class Load:
    """Sends requests, and remembers what was promised by each 201."""

    def __init__(self, client: AsyncClient, stranger: AsyncClient) -> None:
        """Take a client that will be logged in, and one who logs in anew each time."""
        self.client = client
        self._stranger = stranger
        self.body_bytes = 10
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.acknowledged: dict[int, str] = {}
        self._running = asyncio.Event()
        self._busy = 0
        self._stopping = False
        self._stored = (0.0, 0.0)  # when the latest document was sent, and when it was answered

    async def send(
        self, method: str, path: str, *, client: AsyncClient | None = None, **options: Any
    ) -> Response | None:
        """Send a request and count its status; None is no answer."""
        self._busy += 1
        started = time.monotonic()
        try:
            answer = await (client or self.client).request(method, path, **options)
        except TransportError:
            self.statuses[f"{method} {path}", NO_ANSWER] += 1
            return None
        finally:
            self._busy -= 1
        self.statuses[f"{method} {path}", answer.status_code] += 1
        if method == "POST" and answer.status_code == 201:
            self._stored = max(self._stored, (started, time.monotonic()))
        return answer

    async def log_in(self) -> None:
        """Log in once; the client keeps the cookie."""
        (await self.client.post(LOGIN, data=FORM)).raise_for_status()

    async def answers_again(self, since: float) -> float:
        """Wait until a document that was sent after `since` is stored; give the seconds."""
        while self._stored[0] < since:
            if time.monotonic() > since + GIVE_UP:
                raise TimeoutError(f"nothing is stored {GIVE_UP} s after the fault")
            await asyncio.sleep(0.005)
        return self._stored[1] - since

    def since(self, before: "Counter[tuple[str, int]]") -> Counter[int]:
        """Count the statuses after a copy of `statuses` was made."""
        totals: Counter[int] = Counter()
        for (_, status), number in (self.statuses - before).items():
            totals[status] += number
        return totals

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Send nothing in the block but what the block sends."""
        self._running.clear()
        while self._busy:
            await asyncio.sleep(0.005)
        yield
        self._running.set()

    @asynccontextmanager
    async def running(self, *, writers: int) -> AsyncIterator[None]:
        """Run `writers`, who send again until they have a 201, and others, during the block."""
        clients: list[Callable[[], Awaitable[object]]] = [
            *(self._writer(number) for number in range(writers)),
            lambda: self.send("POST", DOCUMENTS, json={"title": "sent once, without a key"}),
            lambda: self.send("GET", DOCUMENTS, params={"sort": "-created_at"}),
            lambda: self.send("GET", "/health/ready"),
            self._stranger_logs_in,
        ]
        self._running.set()
        tasks = [asyncio.create_task(self._repeat(client)) for client in clients]
        try:
            yield
        finally:
            self._stopping = True
            self._running.set()
            await asyncio.gather(*tasks)

    async def _stranger_logs_in(self) -> None:
        self._stranger.cookies.clear()  # else the login would end the one before
        await self.send("POST", LOGIN, client=self._stranger, data=FORM)

    async def _repeat(self, action: Callable[[], Awaitable[object]]) -> None:
        while not self._stopping:
            await self._running.wait()
            await action()
            await asyncio.sleep(PAUSE)

    def _writer(self, number: int) -> Callable[[], Awaitable[None]]:
        """Return an action that sends one document, or the one before if that has no 201 yet."""
        titles = (f"writer {number}, document {serial}" for serial in count())
        document: dict[str, str] = {}

        async def write() -> None:
            if not document:
                filling = secrets.token_hex(self.body_bytes // 2)
                document.update(title=next(titles), body=filling)
            key = {"Idempotency-Key": document["title"].replace(" ", "_")}
            answer = await self.send("POST", DOCUMENTS, json=document, headers=key)
            if answer is not None and answer.status_code == 201:
                self.acknowledged[answer.json()["id"]] = document["title"]
                document.clear()

        return write


FORM = {"username": "ada@example.com", "password": PASSWORD}
