"""Lists that cost the same on every page: keyset paging with a cursor."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter
from sqlalchemy import ColumnElement, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from .errors import Unprocessable
from .query import from_query
from .types import MAX_ID, Id, Text

T = TypeVar("T")


def _in_utc(text: object) -> datetime:
    value = datetime.fromisoformat(str(text))
    if value.utcoffset() != timedelta(0):
        raise ValueError("must be in UTC, as in all cursors that were given")
    return value


Integer = Annotated[int, Field(ge=-MAX_ID - 1, le=MAX_ID)]

# What a cursor holds, by the type of the column: the name of the order, a value and an id.
CURSORS: dict[type, TypeAdapter[tuple[str, Any, int]]] = {
    datetime: TypeAdapter(tuple[str, Annotated[datetime, BeforeValidator(_in_utc)], Id]),
    int: TypeAdapter(tuple[str, Integer, Id]),
    str: TypeAdapter(tuple[str, Text, Id]),
}


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is asked for."""

    limit: Annotated[int, Query(ge=1, le=100, description="How many items, at most.")] = 20
    cursor: Annotated[
        Text | None, Query(max_length=2000, description="`next_cursor` of the page before.")
    ] = None


PagingDep = Annotated[Paging, Depends(from_query(Paging))]


class Page(BaseModel, Generic[T]):
    """A part of a list, and the cursor of the next part (null on the last one)."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """What a `Page` is made of: the rows that its items show."""

    items: Sequence[T]
    next_cursor: str | None


class Sort:
    """An order of a list: by a column of `model`, and by its primary key where values are equal.

    The name is that of the column, with a "-" before it where the list goes downwards.
    """

    def __init__(self, model: type[Any], name: str) -> None:
        self.name = name
        self.column: InstrumentedAttribute[Any] = getattr(model, name.removeprefix("-"))
        self.id: InstrumentedAttribute[int] = model.id
        self.descending = name.startswith("-")
        self._cursors = CURSORS[self.column.type.python_type]

    def order_by(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Give the ORDER BY of this order."""
        if self.descending:
            return self.column.desc(), self.id.desc()
        return self.column.asc(), self.id.asc()

    def after(self, cursor: str) -> ColumnElement[bool]:
        """Give the condition for the rows behind `cursor`.

        Raises `Unprocessable` where this list cannot have given that cursor.
        """
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            text = base64.b64decode(padded, altchars=b"-_", validate=True)
            name, value, row_id = self._cursors.validate_json(text, strict=True)
            if name != self.name:
                raise ValueError("of another order")
        except ValueError:
            raise Unprocessable("cursor is not one that this list gave: start without it") from None
        key = tuple_(self.column, self.id)
        last = tuple_(literal(value, self.column.type), literal(row_id, self.id.type))
        return key < last if self.descending else key > last

    def cursor(self, row: Any) -> str:
        """Give the cursor that points at `row`."""
        text = self._cursors.dump_json((self.name, getattr(row, self.column.key), row.id))
        return base64.urlsafe_b64encode(text).decode().rstrip("=")
