"""One test, isolated in several ways: `benchmarks.isolation` puts it into a rendered project.

Each test creates a document and reads the list. KIND says how it is kept from the next one.
"""

import json
import os
import statistics
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx2 import ASGITransport, AsyncClient
from my_service.models import Base
from tests.kit.adapter import load_adapter
from tests.kit.databases import Databases
from tests.kit.service import Application, run_app
from tests.notes import TableOfTests

KIND = os.environ["KIND"]
NUMBER = 60
DOCUMENTS = "/api/v1/documents"
for number in range(int(os.environ["EXTRA_TABLES"])):
    sa.Table(
        f"extra_{number}",
        TableOfTests.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), index=True),
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what a test took, in the middle."""
    Path("result.json").write_text(json.dumps(statistics.median(times.values())), encoding="utf-8")


times: Counter[str] = Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up setup, call and teardown."""
    times[report.nodeid] += report.duration


def tables() -> list[sa.Table]:
    """Return all tables, those that refer to others first."""
    return [
        *reversed(Base.metadata.sorted_tables),
        *reversed(TableOfTests.metadata.sorted_tables),
    ]


async def empty(app: Application) -> None:
    """Empty every table as KIND says."""
    async with app.database.session() as session, session.begin():
        if KIND == "truncate":
            names = ", ".join(table.name for table in tables())
            await session.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        else:
            for table in tables():
                await session.execute(sa.delete(table))


async def client_of(app: Application) -> AsyncIterator[AsyncClient]:
    """Yield a client."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


if KIND == "transaction":

    @pytest.fixture
    def tested(async_client: AsyncClient) -> AsyncClient:
        """Return the client of the kit."""
        return async_client

elif KIND == "isolated":

    @pytest.fixture
    def tested(isolated_client: AsyncClient) -> AsyncClient:
        """Return the client of the kit, on a database of its own."""
        return isolated_client

elif KIND in {"create_all", "migrations"}:

    @pytest.fixture
    async def tested(databases: Databases) -> AsyncIterator[AsyncClient]:
        """Yield a client on a new application and engine, whose tables were made for this test."""
        async with databases.new(migrated=False) as url:
            adapter = load_adapter()
            engine = adapter.create_engine(url)
            if KIND == "migrations":
                await adapter.migrate(engine)
            else:
                async with engine.begin() as connection:
                    await connection.run_sync(Base.metadata.create_all)
                    await connection.run_sync(TableOfTests.metadata.create_all)
            await engine.dispose()
            async with run_app(url) as app:
                async for client in client_of(app):
                    yield client

else:

    @pytest.fixture(scope="module")
    async def shared(databases: Databases) -> AsyncIterator[Application]:
        """Yield an application for all tests, on a database of its own."""
        async with databases.new() as url, run_app(url) as app:
            yield app

    @pytest.fixture
    async def tested(shared: Application) -> AsyncIterator[AsyncClient]:
        """Yield a client on what all tests share."""
        async for client in client_of(shared):
            yield client
        if KIND != "none":
            await empty(shared)


@pytest.mark.parametrize("number", range(NUMBER))
async def test_one(tested: AsyncClient, number: int) -> None:
    """Create a document, and read the list."""
    created = await tested.post(DOCUMENTS, json={"title": "A title"})
    assert created.status_code == 201
    assert (await tested.get(DOCUMENTS)).status_code == 200
