"""The rows of the migration tests: what they fit, and what is said where none fits."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from .rows import add_rows, count_rows
from .samples import SAMPLES

pytestmark = pytest.mark.migrations


async def create(engine: AsyncEngine, *tables: str) -> None:
    """Create tables of these tests."""
    async with engine.begin() as connection:
        for table in tables:
            await connection.exec_driver_sql(f"CREATE TABLE {table}")


async def test_row_satisfies_keys_and_checks(empty_engine: AsyncEngine) -> None:
    """A key of two columns, a table that refers to itself, an optional key, several checks."""
    await create(
        empty_engine,
        "halls (name varchar(3), floor integer, PRIMARY KEY (name, floor))",
        "cages (id integer PRIMARY KEY, hall varchar(3) NOT NULL, floor integer NOT NULL,"
        " inside integer NOT NULL REFERENCES cages, beside integer REFERENCES cages,"
        " code varchar(9) CONSTRAINT ck_code CHECK (length(code) = 7) NOT NULL,"
        " opens date NOT NULL, closes date CONSTRAINT ck_closes CHECK (closes > opens) NOT NULL,"
        " kind varchar(5) CONSTRAINT ck_kind CHECK (kind IN ('small', 'large')) NOT NULL,"
        " price numeric(5, 2) CONSTRAINT ck_price CHECK (price > 20) NOT NULL,"
        " FOREIGN KEY (hall, floor) REFERENCES halls)",
    )

    await add_rows(empty_engine)

    assert await count_rows(empty_engine) == {"cages": 1, "halls": 1}


async def test_column_that_no_value_fits_is_named_with_the_place_for_one(
    empty_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that only a person understands."""
    check = "CONSTRAINT ck_code CHECK (replace(code, '-', '') = 'a' || 'b' || '')"
    await create(empty_engine, f"zoo (id integer PRIMARY KEY, code varchar(9) NOT NULL {check})")

    with pytest.raises(pytest.fail.Exception, match=r'samples\.py, such as "zoo\.code": \.\.\.$'):
        await add_rows(empty_engine)

    monkeypatch.setitem(SAMPLES, "zoo.code", "a-b")
    await add_rows(empty_engine)
    assert await count_rows(empty_engine) == {"zoo": 1}
