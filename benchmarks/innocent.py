"""Measure what an innocent caller sees while strangers, or one bad user, send all they can.

Bars, for each kind of load: /health/live within 100 ms at the 99th percentile, not one error for
the innocent, who comes from the same address, and memory within 1.5 times of what it was.

    uv run python -m benchmarks.innocent [--quick] [NAME ...]
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from httpx2 import AsyncClient, HTTPError

from benchmarks.attacks import ATTACKS
from benchmarks.service import PASSWORD, Server, Service, installed, verdict
from tests.servers import free_port

HEALTH_MS = 100
MEMORY = 1.5
DOCUMENTS = 100_000
FILL = """
import asyncio
from my_service.db.session import Database
from my_service.settings import load_settings
from sqlalchemy import text

DOCUMENTS = text(
    "INSERT INTO documents (title, body, status, owner_id, version, created_at, updated_at) "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number) "
    "SELECT 'Document ' || i, printf('%.1000c', 'x'), 'draft', 1, 1, created_at, created_at "
    "FROM n, users WHERE users.id = 1"
)

async def main():
    database = Database(load_settings())
    async with database.session() as session, session.begin():
        await session.execute(DOCUMENTS, {"number": NUMBER})
    await database.aclose()

asyncio.run(main())
"""


class Innocent:
    """Somebody who reads now and then, and a probe."""

    def __init__(self, client: AsyncClient, token: str) -> None:
        """Take a client and an access token."""
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}
        self.errors: Counter[str] = Counter()
        self.health: list[float] = []
        self.reads: list[float] = []

    async def watch(self, seconds: float) -> None:
        """Send requests for a while."""
        self.errors.clear()
        self.health, self.reads = [], []
        end = time.monotonic() + seconds
        await asyncio.gather(
            self._repeat("/health/live", self.health, 0.02, end),
            self._repeat("/api/v1/documents?limit=20", self.reads, 0.15, end),
        )

    async def _repeat(self, path: str, times: list[float], pause: float, end: float) -> None:
        while time.monotonic() < end:
            started = time.perf_counter()
            try:
                answer = await self._client.get(path, headers=self._headers)
            except HTTPError as error:
                self.errors[type(error).__name__] += 1
            else:
                times.append((time.perf_counter() - started) * 1000)
                if answer.status_code != 200:
                    self.errors[str(answer.status_code)] += 1
            await asyncio.sleep(pause)


def memory_of(pid: int) -> float:
    """Return the megabytes that a process has in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * 4096 / 1e6


async def log_in(client: AsyncClient, email: str) -> str:
    """Return an access token."""
    form = {"username": email, "password": PASSWORD}
    token: str = (await client.post("/api/v1/auth/login", data=form)).json()["access_token"]
    return token


async def measured(name: str, server: Server, innocent: Innocent, token: str, seconds: int) -> bool:
    """Run a load, and print what the innocent saw."""
    before = peak = memory_of(server.pid)
    words = (name, server.address, token, str(seconds + 2))
    attack = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.attacks", *words, stderr=asyncio.subprocess.DEVNULL
    )
    await asyncio.sleep(2)  # until it has begun
    watching = asyncio.create_task(innocent.watch(seconds))
    while not watching.done():
        peak = max(peak, memory_of(server.pid))
        await asyncio.sleep(0.1)
    await attack.wait()
    health, reads = p99(innocent.health), p99(innocent.reads)
    passed = health <= HEALTH_MS and not innocent.errors and peak <= MEMORY * before
    print(
        f"{name:16} health p99 {health:6.1f} ms, read p99 {reads:7.1f} ms, "
        f"{len(innocent.reads)} reads, errors {dict(innocent.errors) or 'none'}, "
        f"memory {before:.0f} -> {peak:.0f} MB{'' if passed else '  MISSED'}",
        flush=True,
    )
    await asyncio.sleep(2)  # until its connections are gone
    return passed


def p99(times: list[float]) -> float:
    """Return the 99th percentile."""
    return statistics.quantiles(times, n=100)[98] if len(times) > 1 else float("inf")


async def idle_connections(server: Server, number: int = 1000) -> None:
    """Print what connections cost that wait for their next request."""
    before = memory_of(server.pid)
    host, port = server.address.removeprefix("http://").split(":")
    request = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    connections = []
    for _ in range(number):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        await reader.readuntil(b"}")
        connections.append(writer)
    await asyncio.sleep(1)
    print(f"{number} connections that wait: {memory_of(server.pid) - before:.0f} MB", flush=True)
    for writer in connections:
        writer.close()


async def watched(made: Service, names: list[str], seconds: int) -> bool:
    """Run every load on one server."""
    server = Server(made, free_port())
    server.start()
    try:
        async with AsyncClient(base_url=server.address, timeout=30) as client:
            while True:
                try:
                    await client.get("/health/live")
                    break
                except HTTPError:
                    await asyncio.sleep(0.1)
            innocent = Innocent(client, await log_in(client, "ada@example.com"))
            token = await log_in(client, "bad@example.com")
            await innocent.watch(seconds)  # warm
            print(f"{'nobody else':16} health p99 {p99(innocent.health):6.1f} ms")
            await idle_connections(server)
            return all([await measured(name, server, innocent, token, seconds) for name in names])
    finally:
        server.kill()


def main() -> None:
    """Render a service, fill it, and let the loads loose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(ATTACKS))
    parser.add_argument("--quick", action="store_true", help="three seconds each")
    options = parser.parse_args()
    settings = {"RATE_LIMIT": "3000/minute", "LOG_LEVEL": "INFO"}
    with installed({"database": "sqlite", "auth": "jwt"}, settings) as made:
        made.command("migrate")
        made.make_user("ada@example.com", "admin")
        made.make_user("bad@example.com", "editor")
        made.python(FILL.replace("NUMBER", str(DOCUMENTS)))
        seconds = 3 if options.quick else 8
        verdict(asyncio.run(watched(made, options.names, seconds)))


if __name__ == "__main__":
    main()
