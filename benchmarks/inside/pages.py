"""Measure the pages of documents, from within a rendered service; see benchmarks/pages.py.

Prints one JSON object for each list: its name, milliseconds of the first page and of a late one,
and the plan of the late one.
"""

import asyncio
import json
import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from my_service.core.pagination import Paging
from my_service.db.session import Database
from my_service.documents.models import Document
from my_service.documents.repository import SORTS, DocumentRepository
from my_service.documents.schemas import DocumentFilter
from my_service.settings import load_settings
from my_service.users.models import User
from sqlalchemy import event, select, text

LIMIT = 20
TRIES = 101
OWNERS = 2
POSTGRES = "SELECT i FROM generate_series(1, :rows) AS i"
SQLITE = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT :rows) SELECT i FROM n"
)
# A thousand titles, a thousand documents in each minute: many rows share the key of an order.
FILL = """
    INSERT INTO documents (title, body, status, owner_id, version, created_at, updated_at)
    SELECT 'Title ' || (i % 1000 * 7919 % 1000), 'The body of number ' || i || '.',
        CASE WHEN i % 2 = 0 THEN 'draft' ELSE 'published' END, :first_owner + i % {owners}, 1,
        {created}, {updated}
    FROM ({numbers}) AS numbers
"""
MINUTES = {
    "postgresql": "timestamptz '2026-01-01Z' + i / 1000 * interval '1 minute'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-01-01', (i / 1000) || ' minutes')",
}
SEARCHES = {"in many": "body of number", "in one": "number 77.", "in none": "no such text"}


async def fill(database: Database, rows: int) -> int:
    """Make documents of two owners; give the id of one of these."""
    dialect = database.engine.dialect.name
    async with database.session() as session, session.begin():
        owners = [
            User(
                email=f"{n}@example.com", name="Owner", is_active=True, created_at=datetime.now(UTC)
            )
            for n in range(OWNERS)
        ]
        session.add_all(owners)
        await session.flush()
        statement = FILL.format(
            owners=OWNERS,
            numbers=POSTGRES if dialect == "postgresql" else SQLITE,
            created=MINUTES[dialect],
            updated=MINUTES[dialect].replace("i / 1000", f"({rows} - i) / 1000"),
        )
        if dialect == "postgresql":
            await session.execute(text("SET LOCAL statement_timeout = 0"))
        first = min(owner.id for owner in owners)
        await session.execute(text(statement), {"rows": rows, "first_owner": first})
    if dialect == "postgresql":  # the server does it by itself, some time later
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("SET statement_timeout = 0"))
            await connection.execute(text("VACUUM ANALYZE documents"))
            await connection.invalidate()
    return first


async def measure(
    database: Database, wanted: DocumentFilter, sort: str, cursor: str
) -> dict[str, float]:
    """Return the medians of the milliseconds that the first page and the one at `cursor` take."""
    pages: dict[str, str | None] = {"first": None, "late": cursor}
    times: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(TRIES):
        for name, at in pages.items():  # by turns, so that both have the same neighbours
            async with database.session(read_only=True) as session:
                await session.execute(text("SELECT 1"))  # the transaction has begun
                started = time.perf_counter()
                documents = DocumentRepository(session)
                await documents.page(replace(wanted, sort=sort), Paging(LIMIT, at))
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


async def cursor_of(database: Database, wanted: DocumentFilter, sort: str, page: int) -> str:
    """Return the cursor of a page; nobody but a benchmark gets there so quickly."""
    statement = select(Document).order_by(*SORTS[sort].order_by())
    if wanted.owner_id is not None:
        statement = statement.where(Document.owner_id == wanted.owner_id)
    async with database.session(read_only=True) as session:
        before = statement.offset((page - 1) * LIMIT - 1).limit(1)
        return SORTS[sort].cursor((await session.scalars(before)).one())


async def plan(database: Database, wanted: DocumentFilter, sort: str, cursor: str) -> list[str]:
    """Ask the database how it finds a page."""
    sent = []

    def note(connection, cursor, statement, parameters, *more) -> None:
        sent.append((statement, parameters))

    engine = database.session(read_only=True).get_bind()
    explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    async with database.session(read_only=True) as session:
        event.listen(engine, "before_cursor_execute", note)
        wanted = replace(wanted, sort=sort)
        await DocumentRepository(session).page(wanted, Paging(LIMIT, cursor))
        event.remove(engine, "before_cursor_execute", note)
        statement, parameters = sent[-1]
        connection = await session.connection()
        rows = await connection.exec_driver_sql(f"{explain} {statement}", parameters)
        return [str(row[-1]).strip() for row in rows]


async def search(database: Database) -> None:
    """Measure the search: it reads every document that the list shows."""
    for name, words in SEARCHES.items():
        async with database.session(read_only=True) as session:
            started = time.perf_counter()
            await DocumentRepository(session).page(DocumentFilter(search=words), Paging(LIMIT))
            milliseconds = (time.perf_counter() - started) * 1000
        print(json.dumps({"search": name, "ms": milliseconds}), flush=True)


async def main(rows: int, page: int) -> None:
    """Measure every list."""
    database = Database(load_settings())
    owner = await fill(database, rows)
    for whose, wanted in {
        "all": DocumentFilter(),
        "one owner's": DocumentFilter(owner_id=owner),
    }.items():
        for sort in SORTS:
            cursor = await cursor_of(database, wanted, sort, page)
            result = {
                "list": f"{whose} by {sort}",
                **await measure(database, wanted, sort, cursor),
                "plan": await plan(database, wanted, sort, cursor),
            }
            print(json.dumps(result), flush=True)
    await search(database)
    await database.aclose()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
