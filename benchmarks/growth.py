"""What grows with the data and with time: a page, a late page, a search; memory under load.

Pages and a search at growing numbers of documents, on both databases; then the memory of a server
that is written to and read from without a pause. Bars: a late page of the most documents takes at
most 1 ms more than one of the fewest, and memory grows by at most a tenth after the first minute.

    uv run python -m benchmarks.growth [--rows 1000 10000 100000 1000000] [--minutes 10]
"""

import argparse
import asyncio
import time

from httpx2 import AsyncClient

from benchmarks.innocent import memory_of
from benchmarks.pages import figures
from benchmarks.service import Server, service, verdict
from tests.servers import free_port, wait_for_port

LATE_MS = 1
MEMORY = 1.1
CALLERS = 8
ROUTE = "/api/v1/documents"


def measure_pages(database: str, numbers: list[int]) -> bool:
    """Print the table of one database; return whether its bar is held."""
    print(f"\n{database}: slowest list, milliseconds (page 1, a late page), and slowest search")
    late = []
    for rows in numbers:
        found = figures(database, rows, max(2, rows // 100))
        lists = [result for result in found if "late" in result]
        searches = [result["ms"] for result in found if "search" in result]
        late.append(max(result["late"] for result in lists))
        first = max(result["first"] for result in lists)
        print(f"  {rows:>9,} {first:8.2f} {late[-1]:8.2f} {max(searches):9.1f}", flush=True)
    return bool(late[-1] - late[0] <= LATE_MS)


async def call(client: AsyncClient, owner: int, end: float) -> None:
    """Write, read and list until the time is up."""
    while time.monotonic() < end:
        new = {"title": "One of many", "body": "x" * 1000, "owner_id": owner}
        created = (await client.post(ROUTE, json=new)).raise_for_status().json()
        (await client.get(f"{ROUTE}/{created['id']}")).raise_for_status()
        (await client.get(ROUTE, params={"sort": "-created_at"})).raise_for_status()


async def load(address: str, minute: int) -> None:
    """Call for a minute, as many clients at once."""
    async with AsyncClient(base_url=address, timeout=30) as client:
        if minute == 0:
            user = {"email": "ada@example.com", "name": "Ada"}
            (await client.post("/api/v1/users", json=user)).raise_for_status()
        owner = (await client.get("/api/v1/users")).raise_for_status().json()["items"][0]["id"]
        end = time.monotonic() + 60
        await asyncio.gather(*(call(client, owner, end) for _ in range(CALLERS)))


def measure_memory(minutes: int) -> bool:
    """Print the memory after each minute of load; return whether the bar is held."""
    with service({"auth": "none"}, {"RATE_LIMIT": "100000000/minute"}) as made:
        port = free_port()
        server = Server(made, port)
        server.start()
        try:
            wait_for_port(port, "the server")
            megabytes = []
            for minute in range(minutes):
                asyncio.run(load(server.address, minute))
                megabytes.append(memory_of(server.pid))
                print(f"  after minute {minute + 1:2}: {megabytes[-1]:6.1f} MB", flush=True)
        finally:
            server.kill()
    return max(megabytes) <= MEMORY * megabytes[0]


def main() -> None:
    """Measure both; end with 1 where a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--minutes", type=int, default=10)
    options = parser.parse_args()
    passed = [measure_pages(name, options.rows) for name in ("sqlite", "postgres")]
    print("\nmemory of the server under load")
    verdict(all([*passed, measure_memory(options.minutes)]))


if __name__ == "__main__":
    main()
