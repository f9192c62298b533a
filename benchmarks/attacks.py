"""What strangers and one bad user send to harm others: each runs in a process of its own.

`python -m benchmarks.attacks NAME ADDRESS TOKEN SECONDS` runs one of them.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

from httpx2 import AsyncClient, HTTPError, Limits

CONNECTIONS = 300
AT_ONCE = 20
SEARCHES = 24
WRITERS = 40
KEYS = json.dumps({f"unknown{number}": 1 for number in range(60_000)}).encode()

Attack = Callable[[str, dict[str, str]], Awaitable[object]]


async def connect(address: str, *, small: bool = False) -> asyncio.StreamWriter:
    """Open a connection; a small one takes nearly nothing from the server."""
    host, port = address.removeprefix("http://").split(":")
    connection = socket.socket()
    if small:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (host, int(port)))
    _, writer = await asyncio.open_connection(sock=connection, limit=1024)
    return writer


async def drip(address: str, head: str) -> None:
    """Send this, then a byte each second, and begin again when the connection is closed."""
    while True:
        with suppress(OSError):
            writer = await connect(address)
            writer.write(head.encode())
            while not writer.transport.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(1)
        await asyncio.sleep(1)


async def slow_heads(address: str, credential: dict[str, str]) -> None:
    """Send heads that do not end."""
    head = "GET /api/v1/documents HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    await asyncio.gather(*(drip(address, head) for _ in range(CONNECTIONS)))


async def slow_bodies(address: str, credential: dict[str, str]) -> None:
    """Send bodies that do not end."""
    head = (
        "POST /api/v1/auth/refresh HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    )
    await asyncio.gather(*(drip(address, head) for _ in range(CONNECTIONS)))


async def no_http(address: str, credential: dict[str, str]) -> None:
    """Send what is not HTTP, on connection after connection."""

    async def send() -> None:
        while True:
            with suppress(OSError):
                writer = await connect(address)
                writer.write(b"GET / HT\r\n\r\n")
                await writer.drain()
                writer.close()
            await asyncio.sleep(0.02)

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))


async def unread_answers(address: str, credential: dict[str, str]) -> None:
    """Ask for long answers and read none."""
    token = credential["Authorization"]
    request = (
        "GET /api/v1/documents?limit=100 HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {token}\r\n\r\n"
    )
    writers = []
    for _ in range(60):
        writer = await connect(address, small=True)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(request.encode())
        writers.append(writer)
        await asyncio.sleep(0.05)
    await asyncio.sleep(3600)


async def repeat(address: str, at_once: int, method: str, path: str, **request: object) -> None:
    """Send a request again and again, so many at once."""
    limits = Limits(max_connections=at_once)
    async with AsyncClient(base_url=address, timeout=60, limits=limits) as client:

        async def send() -> None:
            while True:
                with suppress(HTTPError):
                    await client.request(method, path, **request)  # type: ignore[arg-type]

        await asyncio.gather(*(send() for _ in range(at_once)))


async def many_keys(address: str, credential: dict[str, str]) -> None:
    """Send bodies that are wrong in 60,000 places."""
    headers = {"Content-Type": "application/json"}
    path = "/api/v1/auth/refresh"
    await repeat(address, 5, "POST", path, content=KEYS, headers=headers)


async def many_errors(address: str, credential: dict[str, str]) -> None:
    """Send requests without a credential."""
    await repeat(address, AT_ONCE, "GET", "/api/v1/documents")


async def guessed_tokens(address: str, credential: dict[str, str]) -> None:
    """Send requests with a wrong credential."""
    headers = {"Authorization": "Bearer guessed"}
    await repeat(address, AT_ONCE, "GET", "/api/v1/documents", headers=headers)


async def slow_searches(address: str, credential: dict[str, str]) -> None:
    """Search, as one user, among all documents for what none of them holds."""
    path = "/api/v1/documents?q=nowhere-to-be-found"
    await repeat(address, SEARCHES, "GET", path, headers=credential)


async def waiting_writers(address: str, credential: dict[str, str]) -> None:
    """Write, as one user, more than the database takes."""
    body = {"title": "A document", "body": "x" * 1000}
    await repeat(address, WRITERS, "POST", "/api/v1/documents", json=body, headers=credential)


ATTACKS: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (
        slow_heads,
        slow_bodies,
        no_http,
        unread_answers,
        many_keys,
        many_errors,
        guessed_tokens,
        slow_searches,
        waiting_writers,
    )
}


async def main(name: str, address: str, token: str, seconds: str) -> None:
    """Run one of them for a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(float(seconds)):
            await ATTACKS[name](address, {"Authorization": f"Bearer {token}"})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
