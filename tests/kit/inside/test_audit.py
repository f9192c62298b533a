"""The audit sorts the tests of a suite that was not made with this kit."""

from pathlib import Path

import pytest

from ..kit.audit import Row, audit

CONFTEST = """
from fastapi.testclient import TestClient

@pytest.fixture
def client(db):
    return TestClient(app)

@pytest.fixture
def db():
    Base.metadata.create_all(engine)

@pytest.fixture
def token(client):
    return client.post("/login").json()["access_token"]
"""
TESTS = """
http = TestClient(app)

def test_routing():
    http.get("/health")

def test_rows(client):
    client.get("/users")

class TestMine:
    async def test_login(self, client, token):
        client.get("/me")

async def test_old_client():
    async with AsyncClient(app=app) as client:
        await client.get("/health")

def test_loop():
    asyncio.run(work())

@pytest.mark.anyio
async def test_marked(async_client):
    await async_client.get("/users")

def test_socket(client):
    with client.websocket_connect("/ticks"):
        pass

async def test_price(async_client, respx_mock, httpx_mock):
    await async_client.get("/price")

async def test_mock():
    await read_user(Mock(spec=AsyncSession))

async def test_good(async_client, db_session):
    await async_client.get("/users")

def test_sum():
    assert 1 + 1 == 2
"""


@pytest.fixture
def rows(tmp_path: Path) -> dict[str, Row]:
    """The rows of a suite that cannot even be imported."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_legacy.py").write_text(TESTS)
    return {row.test.partition("::")[2]: row for row in audit(tmp_path)}


@pytest.mark.parametrize(
    ("test", "kind", "client", "advice"),
    [
        ("test_routing", "routing", "TestClient", "ask for `client`"),
        ("test_rows", "database", "TestClient", "make it `async def`"),
        ("TestMine::test_login", "auth", "TestClient", "instead of TestClient"),
        ("test_old_client", "routing", "async", "gone from httpx"),
        ("test_loop", "unit", "-", "await instead"),
        ("test_marked", "database", "async", "remove the mark anyio"),
        ("test_socket", "database", "TestClient", "`websocket`"),
        ("test_price", "database", "async", "`outgoing`"),
        ("test_mock", "unit", "-", "notices nothing"),
        ("test_good", "database", "async", ""),
        ("test_sum", "unit", "-", ""),
    ],
)
def test_each_test_is_sorted(
    rows: dict[str, Row], test: str, kind: str, client: str, advice: str
) -> None:
    row = rows[test]

    assert (row.kind, row.client) == (kind, client)
    assert advice in "; ".join(row.advice)
    assert bool(advice) == bool(row.advice)


def test_calls_of_a_fixture_count(rows: dict[str, Row]) -> None:
    assert any("create_all" in text for text in rows["test_rows"].advice)
    assert not any("create_all" in text for text in rows["test_routing"].advice)
