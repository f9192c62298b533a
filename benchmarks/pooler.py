"""Serve through PgBouncer in transaction mode: 200 requests at once, four times, and no error.

It runs the PgBouncer that is installed (Debian: `apt-get install pgbouncer`), with fewer
connections to the server than the service opens, so that statements and transactions change places.

    uv run python -m benchmarks.pooler
"""

import asyncio
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import httpx2

from benchmarks.postgres import AS_NOBODY, Postgres
from benchmarks.service import Server, Service, installed, verdict
from tests.servers import free_port, wait_for_port

AT_ONCE = 200
ROUNDS = 4
CONFIGURATION = """\
[databases]
app = host={folder} dbname=app
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 5
"""


def start_pooler(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Run PgBouncer in front of the server in `folder`; return its process and port."""
    port = free_port()
    (folder / "users.txt").write_text('"app" ""\n', encoding="utf-8")
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port), encoding="utf-8")
    way = AS_NOBODY if os.geteuid() == 0 else ()
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen([*way, "pgbouncer", configuration], stderr=log)
    wait_for_port(port, "PgBouncer")
    return process, port


async def requests(address: str) -> Counter[int]:
    """Send the requests: lists, searches, documents made and changed."""
    statuses = Counter[int]()
    async with httpx2.AsyncClient(base_url=f"{address}/api/v1", timeout=60) as client:
        user = await client.post("/users", json={"email": "ada@example.com", "name": "Ada"})
        new = {"title": "A title", "owner_id": user.json()["id"]}

        async def send(number: int) -> None:
            if number % 2:
                answer = await client.get("/documents", params={"q": "title", "limit": 5})
            else:
                answer = await client.post("/documents", json=new)
                path = f"/documents/{answer.json().get('id')}"
                answer = await client.patch(path, json={"title": "Another"})
            statuses[answer.status_code] += 1

        for _ in range(ROUNDS):
            await asyncio.gather(*map(send, range(AT_ONCE)))
    return statuses


def try_out(made: Service, folder: Path) -> bool:
    """Migrate past the pooler and serve through it."""
    process, port = start_pooler(folder)
    made.set(
        DATABASE_URL=f"postgresql://app@127.0.0.1:{port}/app",
        DATABASE_DIRECT_URL=f"postgresql://app@/app?host={folder}",
    )
    made.command("migrate")
    print(made.command("doctor").partition("ok ")[2])
    server = Server(made, free_port())
    try:
        server.start()
        wait_for_port(int(server.address.rpartition(":")[2]), "the service")
        statuses = asyncio.run(requests(server.address))
    finally:
        server.kill()
        process.terminate()
        process.wait()
    errors = [line for line in server.log.read_text().splitlines() if "[info" not in line]
    print(f"{AT_ONCE} at once, {ROUNDS} times: {dict(statuses)}", *errors[:10], sep="\n")
    return statuses == {200: AT_ONCE * ROUNDS} and not errors


def main() -> None:
    """Make a server, a pooler and a service."""
    answers = {"database": "postgres", "auth": "none", "features": []}
    settings = {"MAX_CONCURRENT_REQUESTS": "1000"}
    print(subprocess.run(["pgbouncer", "--version"], capture_output=True, text=True).stdout)
    with (
        installed(answers, settings) as made,
        tempfile.TemporaryDirectory(prefix="oneloop-") as name,
    ):
        folder = Path(name)
        server = Postgres(made.folder, folder)
        server.create()
        server.start()
        try:
            server.sql("CREATE ROLE app LOGIN")
            server.sql("CREATE DATABASE app OWNER app")
            passed = try_out(made, folder)
        finally:
            server.stop()
    verdict(passed)


if __name__ == "__main__":
    main()
