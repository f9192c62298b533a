"""Break what the service stands on, under load: nothing is lost, and it is back by itself.

Several clients write documents, send again what has no 201 yet, read, and log in. Meanwhile the
server is killed, the database is restarted, its connections are cut, the pool is exhausted, and
the disk is full. Bars: no acknowledged document is lost, none is there twice, no answer but those
of success, 409 (the same document is being stored) and 503 or 504 (something is away).

    uv run python -m benchmarks.faults [--quick]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from httpx2 import AsyncClient, Limits, TransportError

from benchmarks.load import AWAY, DOCUMENTS, NO_ANSWER, Load
from benchmarks.postgres import Postgres, fill, postgres, small_disk
from benchmarks.service import Server, Service, installed, verdict
from tests.servers import free_port

ANSWERS = {
    "database": "postgres",
    "auth": "session",
    "features": ["audit_log", "rate_limit", "metrics", "personal_api_keys"],
}
UNLIMITED = "100000/minute"
SETTINGS = {
    **{f"LOGIN_LIMIT_{tier}": UNLIMITED for tier in ("ACCOUNT", "ADDRESS", "EVERYBODY")},
    "RATE_LIMIT_ENABLED": "false",
    "LOG_LEVEL": "ERROR",
}
# A commit takes 100 ms, as on a busy disk: who promises before it is done is found out.
SLOW_COMMITS = {"commit_delay": 100_000, "commit_siblings": 0}
WRITERS = 6
DOWN = 1.0
"""Seconds for which the database is away when it is restarted."""

READY_WITHIN = 3.0
"""Seconds in which readiness has to say no, whatever hangs behind it."""

MEGABYTES = 320
ALLOWED = frozenset({200, 201, 204, 409, NO_ANSWER}) | AWAY
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'my-service'"


class Faults:
    """The faults, one after the other, and what they led to."""

    def __init__(self, server: Server, database: Postgres, load: Load) -> None:
        """Take what is broken, and who is to notice."""
        self._server = server
        self._database = database
        self._load = load
        self.passed = True

    async def killed(self, times: int) -> None:
        """Kill the server and start it again."""
        async with self._reported("server killed by SIGKILL") as seconds:
            for _ in range(times):
                since = time.monotonic()
                self._server.kill()
                self._server.start()
                seconds.append(await self._load.answers_again(since))
                await asyncio.sleep(0.5)

    async def restarted(self, times: int) -> None:
        """Restart the database, in turns by a crash and in order."""
        async with self._reported("database restarted, from when it is back") as seconds:
            for number in range(times):
                await asyncio.to_thread(self._database.stop, crash=number % 2 == 0)
                await asyncio.sleep(DOWN)
                await asyncio.to_thread(self._database.start)
                seconds.append(await self._load.answers_again(time.monotonic()))
                await asyncio.sleep(0.5)

    async def cut(self, times: int) -> None:
        """End every connection of the service while requests use them."""
        async with self._reported("connections cut under load") as seconds:
            for _ in range(times):
                since = time.monotonic()
                await asyncio.to_thread(self._database.sql, CUT)
                seconds.append(await self._load.answers_again(since))
                await asyncio.sleep(0.5)

    async def cut_idle(self, times: int) -> None:
        """End the connections while they are idle: nobody shall notice."""
        failed: Counter[int] = Counter()
        async with self._load.paused():
            for _ in range(times):
                ended = await asyncio.to_thread(
                    self._database.sql,
                    f"{CUT} AND state = 'idle'",
                )
                requests = [self._load.send("GET", DOCUMENTS) for _ in ended]
                for answer in await asyncio.gather(*requests):
                    failed[answer.status_code if answer else NO_ANSWER] += 1
        self._hold(set(failed) <= {200})
        print(f"idle connections cut {times} times, the next requests: {shown(failed)}")

    async def exhausted(self) -> None:
        """Block every connection of a small pool for a while."""
        self._server.kill()
        self._server.start(DATABASE_POOL_SIZE="2", DATABASE_POOL_TIMEOUT="3")
        await self._load.answers_again(time.monotonic())
        async with self._reported("pool exhausted for 6 s, from its end") as seconds:
            lock = "BEGIN; LOCK documents, sessions; SELECT pg_sleep(6); COMMIT"
            holding = asyncio.create_task(asyncio.to_thread(self._database.sql, lock))
            await asyncio.sleep(1.5)
            slowest = max([await self._probe("/health/ready") for _ in range(5)])
            alive = max([await self._probe("/health/live") for _ in range(5)])
            await holding
            seconds.append(await self._load.answers_again(time.monotonic()))
        self._hold(slowest <= READY_WITHIN)
        print(
            f"    meanwhile readiness answered within {slowest:.2f} s (bar {READY_WITHIN:.0f} s), "
            f"liveness within {alive:.2f} s"
        )
        self._server.kill()
        self._server.start()
        await self._load.answers_again(time.monotonic())

    async def disk_full(self) -> None:
        """Fill the disk of the database until it refuses or dies, then make room."""
        async with self._reported("disk full, from when there is room again") as seconds:
            ballast = await asyncio.to_thread(fill, self._database.data)
            self._load.body_bytes = 90_000
            before = self._load.statuses.copy()
            while not AWAY & set(self._load.since(before)):
                await asyncio.sleep(0.1)
            await asyncio.sleep(DOWN)
            died = not self._database.is_running
            self._load.body_bytes = 10
            await asyncio.to_thread(ballast.unlink)
            await asyncio.to_thread(self._database.start)
            seconds.append(await self._load.answers_again(time.monotonic()))
        print(f"    PostgreSQL {'had ended itself' if died else 'went on'}")

    def lost(self) -> None:
        """Compare what was acknowledged with what is stored."""
        rows = self._database.sql("SELECT id, title FROM documents WHERE title LIKE 'writer %'")
        stored = {int(number): title for number, _, title in (row.partition("|") for row in rows)}
        promised = self._load.acknowledged
        lost = {number for number in promised if stored.get(number) != promised[number]}
        twice = len(stored) - len(set(stored.values()))
        self._hold(promised != {} and not lost and not twice)
        print(
            f"acknowledged writes: {len(promised)}, lost: {len(lost)} (bar 0), "
            f"stored twice although sent with an Idempotency-Key: {twice} (bar 0)"
        )

    def answers(self) -> None:
        """Print all that was answered."""
        for path in sorted({path for path, _ in self._load.statuses}):
            of_path = {s: n for (p, s), n in self._load.statuses.items() if p == path}
            print(f"    {path}: {shown(Counter(of_path))}")
        total = self._load.since(Counter())
        wrong = {status: number for status, number in total.items() if status not in ALLOWED}
        self._hold(not wrong)
        print(f"500: {total[500]} (bar 0); other answers that should not be: {wrong or 'none'}")

    def logged(self) -> None:
        """Print what the service took for a bug of its own."""
        number = self._server.log.read_text(encoding="utf-8").count("Traceback")
        self._hold(number == 0)
        print(f"exceptions that the service logged with a traceback: {number} (bar 0)")

    @asynccontextmanager
    async def _reported(self, fault: str) -> AsyncIterator[list[float]]:
        """Print what a fault led to; the block fills the list with seconds of recovery."""
        before, seconds = self._load.statuses.copy(), list[float]()
        yield seconds
        print(
            f"{fault}, {len(seconds)} times: stores again after median "
            f"{statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s; "
            f"answers: {shown(self._load.since(before))}",
            flush=True,
        )

    async def _probe(self, path: str) -> float:
        started = time.monotonic()
        await self._load.send("GET", path)
        return time.monotonic() - started

    def _hold(self, bar: bool) -> None:
        self.passed = self.passed and bar


def shown(statuses: Counter[int]) -> str:
    """Return counts as text."""
    return ", ".join(f"{status or 'none'} x {statuses[status]}" for status in sorted(statuses))


async def measure(made: Service, database: Postgres, *, full: bool, quick: bool) -> bool:
    """Run every fault against one server."""
    server = Server(made, free_port())
    headers, limits = {"Origin": server.address}, Limits(max_connections=WRITERS + 20)
    server.start()
    try:
        async with (
            AsyncClient(
                base_url=server.address, headers=headers, limits=limits, timeout=15
            ) as client,
            AsyncClient(base_url=server.address, headers=headers, timeout=15) as stranger,
        ):
            await answering(client)
            load = Load(client, stranger)
            await load.log_in()
            faults = Faults(server, database, load)
            async with load.running(writers=WRITERS):
                await faults.killed(2 if quick else 20)
                await faults.restarted(1 if quick else 5)
                await faults.cut(1 if quick else 5)
                await faults.cut_idle(1 if quick else 5)
                await faults.exhausted()
                if full:
                    await faults.disk_full()
                else:
                    print("disk full: not tried, a file system cannot be mounted here")
            faults.lost()
            faults.answers()
            faults.logged()
            return faults.passed
    finally:
        server.kill()


async def answering(client: AsyncClient) -> None:
    """Wait until the server answers."""
    while True:
        try:
            if (await client.get("/health/ready")).status_code == 200:
                return
        except TransportError:
            pass
        await asyncio.sleep(0.05)


def main() -> None:
    """Break a service, on a disk of its own where one can be had."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="few faults: a minute in all")
    quick: bool = parser.parse_args().quick
    with (
        tempfile.TemporaryDirectory(prefix="oneloop-pg-") as folder,
        installed(ANSWERS, SETTINGS) as made,
        small_disk(Path(folder) / "disk", megabytes=MEGABYTES) as mounted,
        postgres(made.folder, Path(folder) / "disk") as database,
    ):
        for name, value in SLOW_COMMITS.items():
            database.sql(f"ALTER SYSTEM SET {name} = {value}")
        database.sql("SELECT pg_reload_conf()")
        made.set(DATABASE_URL=database.url)
        made.command("migrate")
        made.make_user("ada@example.com")
        passed = asyncio.run(measure(made, database, full=mounted, quick=quick))
    verdict(passed)


if __name__ == "__main__":
    main()
