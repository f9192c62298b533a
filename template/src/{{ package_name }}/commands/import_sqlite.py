"""`import-sqlite`: the rows of a service that has moved from SQLite to Postgres."""

from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
import typer

from ..db.migrate import MigrationError, migration_engine
from ..models import Base
from ..settings import Settings
from .context import command_settings, run

ROWS_AT_ONCE = 1_000


def import_sqlite(file: Path) -> None:
    """Copy the rows of every table into a database that was migrated and holds none yet."""
    place = f"file:{quote(str(file.absolute()))}"
    url = sa.URL.create("sqlite", database=place, query={"mode": "ro", "uri": "true"})
    with command_settings() as settings:
        for table, number in run(_import(settings, sa.create_engine(url))).items():
            typer.echo(f"{table}: {number} rows")


async def _import(settings: Settings, source: sa.Engine) -> dict[str, int]:
    """Copy everything or nothing. Raise `MigrationError` where there are rows already."""
    try:
        async with migration_engine(settings) as target, target.begin() as connection:
            with source.connect() as rows:
                return await connection.run_sync(_copy, rows)
    finally:
        source.dispose()


def _copy(target: sa.Connection, source: sa.Connection) -> dict[str, int]:
    copied = {}
    for table in Base.metadata.sorted_tables:  # what others refer to comes first
        if target.scalar(sa.select(sa.exists(sa.select(sa.literal(1)).select_from(table)))):
            raise MigrationError(
                f"the table {table.fullname} holds rows: import into one that was only migrated"
            )
        copied[table.fullname] = _copy_table(table, target, source)
    return copied


def _copy_table(table: sa.Table, target: sa.Connection, source: sa.Connection) -> int:
    number = 0
    columns = [column for column in table.columns if column.computed is None]
    statement = sa.select(*columns).order_by(*table.primary_key)
    for rows in source.execute(statement).mappings().partitions(ROWS_AT_ONCE):
        target.execute(sa.insert(table), [dict(row) for row in rows])
        number += len(rows)
    if (counted := table.autoincrement_column) is not None:
        _go_on_counting(table, counted, target)
    return number


def _go_on_counting(table: sa.Table, counted: sa.Column[int], target: sa.Connection) -> None:
    """Let the next row have the id after the last one."""
    name = target.dialect.identifier_preparer.format_table(table)
    sequence = sa.func.pg_get_serial_sequence(name, counted.name)
    last = sa.select(sa.func.max(counted)).scalar_subquery()
    target.execute(sa.select(sa.func.setval(sequence, last)))
