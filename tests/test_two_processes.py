"""Two servers over one Postgres and one Redis are one service, whichever of them is asked."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from benchmarks.postgres import postgres
from benchmarks.service import PASSWORD, Server, Service, installed
from tests.servers import free_port, redis

ANSWERS = {
    "database": "postgres",
    "auth": "session",
    "features": ["audit_log", "rate_limit", "metrics", "personal_api_keys"],
}
RATE_LIMIT = 40
LOGIN_LIMIT = 3
SETTINGS = {"RATE_LIMIT": f"{RATE_LIMIT}/hour", "LOGIN_LIMIT_ACCOUNT": f"{LOGIN_LIMIT}/hour"}

DOCUMENTS = "/api/v1/documents"
KEYS = "/api/v1/api-keys"
LOGIN = "/api/v1/auth/login"
ME = "/api/v1/users/me"
START = 60

Pair = tuple[httpx2.Client, httpx2.Client]
LogIn = Callable[[str], Pair]


@pytest.fixture(scope="module")
def addresses() -> Iterator[tuple[str, str]]:
    """Serve twice; every test has a user of its own, because limits are for each."""
    with ExitStack() as stack:
        enter = stack.enter_context
        made = enter(installed(ANSWERS, SETTINGS))
        folder = Path(enter(tempfile.TemporaryDirectory(prefix="oneloop-pg-")))
        made.set(
            DATABASE_URL=enter(postgres(made.folder, folder)).url,
            REDIS_URL=enter(redis(folder)),
        )
        made.command("migrate")
        for name in ("ada", "ben", "cleo", "dan", "eve", "fay"):
            made.make_user(f"{name}@example.com")
        servers = [serving(made, stack) for _ in range(2)]
        yield servers[0].address, servers[1].address


def serving(made: Service, stack: ExitStack) -> Server:
    """Start a server, and wait until it is ready."""
    server = Server(made, free_port())
    stack.callback(server.kill)
    server.start()
    deadline = time.monotonic() + START
    while not is_ready(server.address):
        assert time.monotonic() < deadline, server.log.read_text(encoding="utf-8")
        time.sleep(0.1)
    return server


def is_ready(address: str) -> bool:
    """Ask a server."""
    try:
        return httpx2.get(f"{address}/health/ready").status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture
def pair(addresses: tuple[str, str]) -> Iterator[Pair]:
    """Return a client of each server; nobody is logged in."""
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(httpx2.Client(base_url=address, headers={"Origin": address}))
            for address in addresses
        )
        yield one, other


@pytest.fixture
def log_in(pair: Pair) -> LogIn:
    """Log in at the first server, and take the cookie to the other one too."""

    def logged_in(name: str) -> Pair:
        one, other = pair
        assert enter(one, name) == 204
        other.cookies.update(one.cookies)
        return one, other

    return logged_in


def enter(client: httpx2.Client, name: str, password: str = PASSWORD) -> int:
    """Log in; give the status."""
    form = {"username": f"{name}@example.com", "password": password}
    return client.post(LOGIN, data=form).status_code


def test_a_session_is_one_at_both_until_it_is_ended_at_one(log_in: LogIn) -> None:
    """S55: whoever logs out has logged out."""
    one, other = log_in("ada")
    assert [client.get(ME).status_code for client in (one, other)] == [200, 200]
    cookies = dict(one.cookies)

    assert other.post("/api/v1/auth/logout").status_code == 204
    other.cookies.update(cookies)

    assert [client.get(ME).status_code for client in (one, other)] == [401, 401]


def test_all_sessions_are_ended_at_both(log_in: LogIn, pair: Pair) -> None:
    """S55: those that were made at the other one too."""
    one, other = log_in("ben")
    other.cookies.clear()
    assert enter(other, "ben") == 204
    assert other.get(ME).status_code == 200

    assert one.post("/api/v1/auth/logout-all").status_code == 204

    assert other.get(ME).status_code == 401


def test_a_key_revoked_at_one_is_refused_at_the_other(log_in: LogIn) -> None:
    """S47: with its next request."""
    one, other = log_in("cleo")
    made = one.post(KEYS, json={"name": "robot"}).json()
    key = {"X-API-Key": made["key"]}
    with (
        httpx2.Client(base_url=one.base_url) as first,
        httpx2.Client(base_url=other.base_url) as second,
    ):
        robots = (first, second)
        assert [robot.get(ME, headers=key).status_code for robot in robots] == [200, 200]

        assert other.delete(f"{KEYS}/{made['id']}").status_code == 204

        assert [robot.get(ME, headers=key).status_code for robot in robots] == [401, 401]


def test_guesses_count_wherever_they_are_made(pair: Pair) -> None:
    """S34: each server would let as many through as both may."""
    guesses = [enter(pair[number % 2], "dan", "not his") for number in range(LOGIN_LIMIT)]
    assert set(guesses) == {401}

    assert [enter(client, "dan") for client in pair] == [429, 429]


def test_requests_count_wherever_they_are_sent(log_in: LogIn) -> None:
    """The limit is one for all servers."""
    clients = log_in("eve")

    statuses = Counter(clients[n % 2].get(ME).status_code for n in range(RATE_LIMIT + 4))

    assert statuses == {200: RATE_LIMIT, 429: 4}


def test_a_request_that_is_sent_again_is_answered_by_either(log_in: LogIn) -> None:
    """R23: also while the first answer is still awaited."""
    clients = log_in("fay")
    document, key = {"title": "Once"}, {"Idempotency-Key": "one"}

    def post(number: int) -> httpx2.Response:
        return clients[number % 2].post(DOCUMENTS, json=document, headers=key)

    with ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(post, range(4)))
    afterwards = [post(0), post(1)]

    assert {answer.status_code for answer in at_once} <= {201, 409}
    assert {answer.status_code for answer in afterwards} == {201}
    answers = {a.json()["id"] for a in (*at_once, *afterwards) if a.status_code == 201}
    assert len(answers) == 1
    assert len(clients[0].get(DOCUMENTS).json()["items"]) == 1
