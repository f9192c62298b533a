"""Finds the rows that the database deletes or changes by itself when it deletes others.

Which ones follows from the foreign keys of all models: ON DELETE CASCADE, and SET NULL. The rows
are locked: what is in the log is what goes, and nobody adds one meanwhile.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstanceState, Mapper, Session, registry
from sqlalchemy.types import TypeDecorator

MOST_ROWS = 1_000  # of one flush; of each table the rest is counted
ROWS_AT_ONCE = 500
LONGEST_TEXT = 1_000  # a column that may hold more is not read
NUMBERS = (sa.Boolean, sa.Float, sa.Integer, sa.Numeric)
SHORT_TYPES = (*NUMBERS, sa.Date, sa.DateTime, sa.Enum, sa.Interval, sa.Time, sa.Uuid)

Row = dict[Any, Any]  # by column


@dataclass(frozen=True)
class Effect:
    """A row that the database deletes, or whose foreign key it empties; or how many more rows."""

    action: str  # delete or update
    table: sa.Table
    row: Row = field(default_factory=dict)
    changed: Iterable[tuple[str, sa.Column[Any]]] = ()  # by the names of the attributes
    more: int = 0


class Cascades:
    """The foreign keys by which rows of audited models go, or change, together with others."""

    def __init__(self, models: registry) -> None:
        self._audited = {table for mapper in models.mappers for table in _audited_table(mapper)}
        attributes = [item for mapper in models.mappers for item in mapper.column_attrs]
        self._names = {column: item.key for item in attributes for column in item.columns}
        tables = {table for one in self._audited for table in one.metadata.tables.values()}
        keys = [key for table in tables for key in table.foreign_key_constraints]
        deleting = [key for key in keys if _on_delete(key) == "CASCADE"]
        wanted = set(self._audited)  # and the tables on the way to those
        while more := {key.referred_table for key in deleting if key.table in wanted} - wanted:
            wanted |= more
        followed = [key for key in deleting if key.table in wanted]
        followed += [key for key in keys if _empties(key) and key.table in self._audited]
        self._keys: dict[sa.Table, list[sa.ForeignKeyConstraint]] = {}
        for key in sorted(followed, key=lambda key: (key.table.name, str(key.name))):
            self._keys.setdefault(key.referred_table, []).append(key)
        self._referred = {element.column for key in followed for element in key.elements}

    def of(self, session: Session, deleted: Iterable[InstanceState[Any]]) -> Iterator[Effect]:
        """Yield what the database is about to do by itself, as far as it is audited."""
        search = _Search(session, self._referred)
        parents = deque(search.begin(deleted, self._keys))
        emptied: list[Effect] = []
        while parents:
            table, above = parents.popleft()
            for key in self._keys.get(table, ()):
                rows = search.below(key, above)
                if _empties(key):
                    emptied += [self._effect("update", key.table, row, key.columns) for row in rows]
                elif new := search.unseen(key.table, rows):
                    parents.append((key.table, new))
                    if key.table in self._audited:
                        yield from (self._effect("delete", key.table, row, row) for row in new)
        # But for the rows that go, too.
        yield from (one for one in emptied if search.unseen(one.table, [one.row]))
        for (table, action), more in search.further.items():
            if table in self._audited:
                yield Effect(action, table, more=more)

    def _effect(self, action: str, table: sa.Table, row: Row, columns: Iterable[Any]) -> Effect:
        changed = [(self._names.get(column) or str(column.name), column) for column in columns]
        return Effect(action, table, row, changed)


@dataclass
class _Search:
    """The rows of one flush that were found so far."""

    session: Session
    referred: Container[Any]  # columns that are read, whatever their type
    left: int = field(default_factory=lambda: MOST_ROWS)
    seen: set[tuple[Any, tuple[Any, ...]]] = field(default_factory=set)
    further: Counter[tuple[sa.Table, str]] = field(default_factory=Counter)  # by table and action

    def begin(
        self, deleted: Iterable[InstanceState[Any]], tables: Container[Any]
    ) -> list[tuple[Any, list[Row]]]:
        """Return the rows that the session deletes, of the tables that others refer to."""
        identities: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        for state in deleted:
            for table in state.mapper.tables:
                identities[table].append(tuple(state.identity or ()))
                self.seen.add((table, tuple(state.identity or ())))
        return [
            (table, self._read(table, list(table.primary_key), keys, len(keys))[0])
            for table, keys in identities.items()
            if table in tables
        ]

    def below(self, key: sa.ForeignKeyConstraint, parents: list[Row]) -> list[Row]:
        """Return the rows that refer to these by `key`, as many as are left; count the others."""
        referred = [element.column for element in key.elements]
        values = [tuple(row[column] for column in referred) for row in parents]
        rows, more = self._read(key.table, list(key.columns), values, self.left)
        self.left -= len(rows)
        if more:
            self.further[key.table, "update" if _empties(key) else "delete"] += more
        return rows

    def unseen(self, table: Any, rows: Iterable[Row]) -> list[Row]:
        """Return those of the rows that come for the first time."""
        new = {(table, tuple(row[column] for column in table.primary_key)): row for row in rows}
        fresh = [row for key, row in new.items() if key not in self.seen]
        self.seen |= new.keys()
        return fresh

    def _read(
        self, table: sa.Table, columns: list[sa.Column[Any]], values: list[Any], most: int
    ) -> tuple[list[Row], int]:
        read = [one for one in table.columns if one in self.referred or _is_short(one)]
        rows, more = list[Row](), 0
        for start in range(0, len(values), ROWS_AT_ONCE):
            some = values[start : start + ROWS_AT_ONCE]
            if len(columns) == 1:
                matching = columns[0].in_([value for (value,) in some])
            else:
                matching = sa.tuple_(*columns).in_(some)
            statement = sa.select(*read).where(matching).limit(most - len(rows)).with_for_update()
            found = self.session.execute(statement).all()
            rows += [dict(zip(read, row, strict=True)) for row in found]
            if len(rows) == most:
                count = sa.select(sa.func.count()).select_from(table).where(matching)
                more += (self.session.scalar(count) or 0) - len(found)
        return rows, more


def _on_delete(key: sa.ForeignKeyConstraint) -> str:
    return (key.ondelete or "").upper()


def _empties(key: sa.ForeignKeyConstraint) -> bool:
    return _on_delete(key) == "SET NULL"


def _audited_table(mapper: Mapper[Any]) -> Iterator[sa.Table]:
    if isinstance(mapper.local_table, sa.Table) and getattr(mapper.class_, "__audited__", False):
        yield mapper.local_table


def _is_short(column: sa.Column[Any]) -> bool:
    kind = column.type
    if isinstance(kind, TypeDecorator) and not isinstance(kind, SHORT_TYPES):
        kind = kind.impl_instance
    if isinstance(kind, sa.String) and not isinstance(kind, sa.Enum):
        is_short = kind.length is not None and kind.length <= LONGEST_TEXT
    else:
        is_short = isinstance(kind, SHORT_TYPES)
    return is_short or column.primary_key or bool(column.foreign_keys)
