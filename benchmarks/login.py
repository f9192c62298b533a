"""Log in: does the service answer others meanwhile, does it tell users from strangers.

Bars: /health/live within 50 ms at the 99th percentile during 20 logins at once; the median time of
a login by an unknown user, with a wrong password and of an inactive user within 20 %.

    uv run python -m benchmarks.login [jwt|session]
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial

from httpx2 import AsyncClient

from benchmarks.service import PASSWORD, service, verdict

LOGINS = 20
TRIES = 30
LIVE_MS = 50
SPREAD = 1.2
UNLIMITED = "100000/minute"


async def timed(action: Callable[[], Awaitable[object]]) -> float:
    """Return the milliseconds that an action takes."""
    started = time.perf_counter()
    await action()
    return (time.perf_counter() - started) * 1000


async def log_in(client: AsyncClient, email: str, password: str) -> int:
    """Log in; give the status."""
    form = {"username": email, "password": password}
    return (await client.post("/api/v1/auth/login", data=form)).status_code


async def burst(client: AsyncClient) -> bool:
    """Measure /health/live while many log in."""
    running = asyncio.gather(*(log_in(client, "ada@example.com", PASSWORD) for _ in range(LOGINS)))
    times: list[float] = []
    while not running.done():
        times.append(await timed(partial(client.get, "/health/live")))
        await asyncio.sleep(0.002)
    statuses = set(await running)
    p99 = statistics.quantiles(times, n=100)[98]
    print(
        f"{LOGINS} logins at once, answers {statuses}; meanwhile /health/live {len(times)} times: "
        f"median {statistics.median(times):.1f} ms, 99th percentile {p99:.1f} ms, "
        f"longest {max(times):.1f} ms (bar {LIVE_MS} ms)"
    )
    return p99 <= LIVE_MS


async def indistinguishable(client: AsyncClient) -> bool:
    """Compare how long the refusals take."""
    kinds = {
        "unknown user": ("nobody@example.com", PASSWORD),
        "wrong password": ("ada@example.com", "not her password"),
        "inactive user": ("gone@example.com", PASSWORD),
    }
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(TRIES):
        for kind, (email, password) in kinds.items():
            times[kind].append(await timed(partial(log_in, client, email, password)))
    medians = {kind: statistics.median(values) for kind, values in times.items()}
    for kind, median in medians.items():
        print(f"{kind}: median of {TRIES} tries {median:.1f} ms")
    spread = max(medians.values()) / min(medians.values())
    print(f"slowest to fastest: {spread:.2f} (bar {SPREAD})")
    return spread <= SPREAD


async def measure(address: str) -> bool:
    """Run both measurements against a server."""
    async with AsyncClient(base_url=address, headers={"Origin": address}, timeout=60) as client:
        await log_in(client, "ada@example.com", PASSWORD)  # warm up
        quick = await burst(client)
        return await indistinguishable(client) and quick


def main() -> None:
    """Measure the style that the command line names, else jwt."""
    style = sys.argv[1] if len(sys.argv) > 1 else "jwt"
    limits = {f"LOGIN_LIMIT_{tier}": UNLIMITED for tier in ("ACCOUNT", "ADDRESS", "EVERYBODY")}
    settings = {**limits, "RATE_LIMIT_ENABLED": "false", "LOG_LEVEL": "ERROR"}
    with service({"auth": style}, settings) as made:
        made.make_user("ada@example.com")
        made.make_user("gone@example.com")
        made.make_user("root@example.com", role="admin")
        with made.serving() as address:
            asyncio.run(switch_off(address, "gone@example.com"))
            passed = asyncio.run(measure(address))
    verdict(passed)


async def switch_off(address: str, email: str) -> None:
    """Make a user inactive, as an administrator does."""
    async with AsyncClient(base_url=address, headers={"Origin": address}) as client:
        form = {"username": "root@example.com", "password": PASSWORD}
        answer = await client.post("/api/v1/auth/login", data=form)
        if answer.content:
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        users = (await client.get("/api/v1/users", params={"limit": 100})).json()["items"]
        (user_id,) = (user["id"] for user in users if user["email"] == email)
        changed = await client.patch(f"/api/v1/users/{user_id}", json={"is_active": False})
        changed.raise_for_status()


if __name__ == "__main__":
    main()
