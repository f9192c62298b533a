"""What is in a SQLite database. It keeps statements as they were typed: spelling is evened out."""

import re
import warnings
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Inspector, Row, inspect, text
from sqlalchemy.exc import SAWarning

_TABLES = text("SELECT name, type FROM pragma_table_list WHERE schema = 'main'")
_STATEMENTS = text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
_COLUMNS = text('SELECT name, type, "notnull", dflt_value FROM pragma_table_xinfo(:table)')
_KEYS = text(
    'SELECT id, "table", "from", "to", on_update, on_delete '
    "FROM pragma_foreign_key_list(:table) ORDER BY id, seq"
)
_GENERATED = re.compile(r"\bAS\s*\(", re.IGNORECASE)
_KEY = re.compile(
    r"(?:CONSTRAINT\s+(?P<name>\S+)\s+)?(?:FOREIGN\s+KEY\s*\((?P<columns>[^)]*)\)\s*)?REFERENCES\b"
    r"(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_DEFERRED = re.compile(r"(not)?deferrable(initially(deferred|immediate))?")


def read(connection: Connection) -> dict[tuple[str, str], str]:
    """Return the definition of every object by what it is and its name."""
    inspector = inspect(connection)
    kinds: dict[str, str] = dict(list(connection.execute(_TABLES)))
    schema: dict[tuple[str, str], str] = {}
    for kind, name, table, sql in connection.execute(_STATEMENTS).all():
        if kind != "table":
            owner = name if kind == "view" else f"{table}.{name}"
            schema[kind, owner] = _even(sql)
        elif kinds.get(name) == "virtual":
            schema["virtual table", name] = _even(sql)
        elif kinds.get(name) == "table" and not name.startswith("sqlite_"):
            # Easily lost, and then ids are used again.
            numbered = "AUTOINCREMENT" if "AUTOINCREMENT" in sql.upper() else ""
            schema["table", name] = numbered
            generated = _generated(sql)
            for column, type_, not_null, default in connection.execute(_COLUMNS, {"table": name}):
                parts = (type_.upper(), "NOT NULL" if not_null else "", generated.get(column, ""))
                value = "" if default is None else f"DEFAULT {_even(default)}"
                schema["column", f"{name}.{column}"] = " ".join(filter(None, (*parts, value)))
            keys = _foreign_keys(sql, connection.execute(_KEYS, {"table": name}).all())
            schema |= {
                ("constraint", f"{name}.{key}"): definition
                for key, definition in (*_constraints(inspector, name), *keys)
            }
    return schema


def _constraints(inspector: Inspector, table: str) -> Iterator[tuple[str, str]]:
    with warnings.catch_warnings():
        # Indexes are read from their statements.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection", SAWarning)
        uniques = inspector.get_unique_constraints(table)
    key = inspector.get_pk_constraint(table)
    yield str(key["name"] or "primary key"), f"PRIMARY KEY {key['constrained_columns']}"
    for unique in uniques:
        definition = f"UNIQUE {unique['column_names']}"
        yield str(unique["name"] or definition), definition
    for check in inspector.get_check_constraints(table):
        definition = f"CHECK {_even(check['sqltext'])}"
        yield str(check["name"] or definition), definition


def _foreign_keys(sql: str, rows: Sequence[Row[Any]]) -> Iterator[tuple[str, str]]:
    """Return the foreign keys of a table: what SQLite tells of each, and what only its text does.

    SQLAlchemy does not read the name and the actions of a key that stands behind its column.
    """
    texts: dict[str, tuple[str, str]] = {}
    for definition in _split(sql[sql.index("(") + 1 : sql.rindex(")")]):
        if found := _KEY.search(definition):
            of_columns = _even(found["columns"] or definition.split(maxsplit=1)[0])
            deferred = _DEFERRED.search(_even(found["rest"]))
            texts[of_columns] = _even(found["name"] or ""), deferred[0] if deferred else ""
    for _, group in groupby(rows, key=attrgetter("id")):
        key = [tuple(row) for row in group]
        columns, targets = [row[2] for row in key], [row[3] or "its key" for row in key]
        name, when = texts.get(",".join(columns).lower(), ("", ""))
        (_, target, _, _, on_update, on_delete) = key[0]
        actions = f"ON UPDATE {on_update} ON DELETE {on_delete} {when}".rstrip()
        definition = f"FOREIGN KEY {columns} REFERENCES {target} {targets} {actions}"
        yield name or definition, definition


def _generated(sql: str) -> dict[str, str]:
    """Return how columns are generated, from the statement that created their table.

    SQLAlchemy does not read the expression of every such column.
    """
    found = {}
    for definition in _split(sql[sql.index("(") + 1 : sql.rindex(")")]):
        if start := _GENERATED.search(definition):
            column = definition.split(maxsplit=1)[0].strip('"`[]')
            found[column] = re.sub("notnull|virtual", "", _even(definition[start.start() :]))
    return found


def _split(body: str) -> Iterator[str]:
    """Return the parts between the commas that are in no bracket."""
    depth = start = 0
    for position, character in enumerate(body):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            yield body[start:position]
            start = position + 1
    yield body[start:]


def _even(sql: str) -> str:
    """Return SQL without what makes no difference: spaces, quotes of names, case."""
    return re.sub(r'[\s"`\[\]]|\bif not exists\b', "", sql.lower()).removesuffix(";")
