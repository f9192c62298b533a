"""Lists that cost the same on every page: keyset paging with a cursor."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from .errors import Unprocessable
from .types import MAX_ID, Text

T = TypeVar("T")

# What decoding a cursor of somebody else may raise.
UNREADABLE = (ValueError, TypeError, RecursionError)

Limit = Annotated[int, Query(ge=1, le=100, description="How many items, at most.")]
Cursor = Annotated[
    Text | None, Query(max_length=2000, description="`next_cursor` of the page before.")
]


class Page(BaseModel, Generic[T]):
    """A part of a list, and the cursor of the next part (null on the last one)."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of a list: by `column`, and by the primary key `id` where values are equal."""

    name: str
    column: InstrumentedAttribute[Any]
    id: InstrumentedAttribute[int]
    descending: bool = False

    def order_by(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Give the ORDER BY of this order."""
        if self.descending:
            return self.column.desc(), self.id.desc()
        return self.column.asc(), self.id.asc()

    def after(self, cursor: str) -> ColumnElement[bool]:
        """Give the condition for the rows behind `cursor`.

        Raises `Unprocessable` where this list cannot have given that cursor.
        """
        value, row_id = _decode(cursor, self.name, self.column.type.python_type)
        key = tuple_(self.column, self.id)
        last = tuple_(literal(value, self.column.type), literal(row_id, self.id.type))
        return key < last if self.descending else key > last

    def cursor(self, row: Any) -> str:
        """Give the cursor that points at `row`."""
        value = getattr(row, self.column.key)
        if isinstance(value, datetime):
            value = value.isoformat()
        text = json.dumps([self.name, value, getattr(row, self.id.key)], ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def sorts(
    id_column: InstrumentedAttribute[int], **columns: InstrumentedAttribute[Any]
) -> Mapping[str, Sort]:
    """Give the orders by each of `columns`, upwards (`name`) and downwards (`-name`)."""
    upwards = {name: Sort(name, column, id_column) for name, column in columns.items()}
    downwards = {
        f"-{name}": Sort(f"-{name}", column, id_column, descending=True)
        for name, column in columns.items()
    }
    return upwards | downwards


async def fetch_page(
    session: AsyncSession,
    statement: Select[T],
    sort: Sort,
    *,
    limit: int,
    cursor: str | None,
) -> tuple[Sequence[T], str | None]:
    """Give the rows of one page of `statement` and the cursor of the next one.

    One row more than asked for is read: it tells whether there is a next page.
    Raises `Unprocessable` for a cursor that is not one of this list.
    """
    if cursor is not None:
        statement = statement.where(sort.after(cursor))
    rows = (await session.scalars(statement.order_by(*sort.order_by()).limit(limit + 1))).all()
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], sort.cursor(rows[limit - 1])


def _decode(cursor: str, sort_name: str, python_type: type) -> tuple[Any, int]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, value, row_id = json.loads(text)
        if python_type is datetime:
            value = datetime.fromisoformat(value)
        if name == sort_name and _fits(value, python_type) and _fits(row_id, int):
            return value, row_id
    except UNREADABLE:
        pass
    raise Unprocessable("cursor is not one that this list gave: start without it")


def _fits(value: Any, python_type: type) -> bool:
    if type(value) is not python_type:
        return False
    if isinstance(value, datetime):
        return value.utcoffset() == timedelta(0)  # as in all cursors that were given
    if isinstance(value, str):
        value.encode()  # raises ValueError for half a surrogate pair
        return "\x00" not in value
    return not isinstance(value, int) or -MAX_ID <= value <= MAX_ID
