"""Lists that cost the same on every page: keyset paging with a cursor."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel
from pydantic_core import from_json, to_json
from sqlalchemy import (
    Column,
    ColumnElement,
    and_,
    inspect,
    literal,
    or_,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import Mapper, QueryableAttribute, RelationshipProperty
from sqlalchemy.types import NullType

from .cursors import Codec, codec_of
from .errors import Unprocessable
from .query import from_query
from .types import Text

T = TypeVar("T")


MAX_CURSOR = 6_000  # characters: what fits into a URL with room to spare


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is asked for."""

    limit: Annotated[int, Query(ge=1, le=100, description="The maximum number of items.")] = 20
    cursor: Annotated[
        Text | None, Query(max_length=MAX_CURSOR, description="`next_cursor` of the page before.")
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


@dataclass(frozen=True, slots=True)
class _Key:
    """One column of an order."""

    expression: ColumnElement[Any]
    codec: Codec
    nullable: bool
    attribute: str | None  # of the row that has the value; None: it is selected beside the row


class Sort:
    """An order of a list: by a column of `model`, and by its primary key where values are equal.

    The name is that of the attribute, with a "-" before it where the list goes downwards; `by` is
    an expression to order by instead. Rows without a value come last, in both directions. The
    order is that of the database: text by its collation, a native enum as it was declared,
    any other enum by the text that is stored.

    Raise `TypeError` if there is no such column, or if its values have no order.
    """

    def __init__(
        self, model: type[Any], name: str, *, by: ColumnElement[Any] | None = None
    ) -> None:
        self.name = name
        self.descending = name.startswith("-")
        first = _key(model, name.removeprefix("-"), by)
        mapper: Mapper[Any] = inspect(model)
        primary = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
        rest = [
            _key(model, key, None) for key in primary if by is not None or key != first.attribute
        ]
        self._keys = [first, *rest]

    @property
    def selected(self) -> list[ColumnElement[Any]]:
        """Expressions to select beside the row, for its cursor."""
        return [
            type_coerce(key.expression, NullType()).label(f"sort_key_{number}")
            if key.codec.raw
            else key.expression.label(f"sort_key_{number}")
            for number, key in enumerate(self._keys)
            if key.attribute is None
        ]

    def order_by(self) -> tuple[ColumnElement[Any], ...]:
        """Return the ORDER BY of this order."""
        return tuple(
            ordered.nulls_last() if key.nullable else ordered
            for key in self._keys
            for ordered in [key.expression.desc() if self.descending else key.expression.asc()]
        )

    def after(self, cursor: str) -> ColumnElement[bool]:
        """Return the condition for the rows behind `cursor`.

        Raise `Unprocessable` if this list cannot have returned that cursor.
        """
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            found = from_json(
                base64.b64decode(padded, altchars=b"-_", validate=True), allow_inf_nan=False
            )
            if not isinstance(found, list) or found[:1] != [self.name]:
                raise ValueError("of another order")
            values = [
                None if value is None and key.nullable else key.codec.decode(value)
                for key, value in zip(self._keys, found[1:], strict=True)
            ]
        except ValueError:
            raise Unprocessable("Invalid cursor for this list: start without one") from None
        return self._behind(values)

    def cursor(self, row: Any, *selected: Any) -> str:
        """Return the cursor that points at `row`, of which `selected` was read beside it."""
        beside = iter(selected)
        values = [
            next(beside) if key.attribute is None else getattr(row, key.attribute)
            for key in self._keys
        ]
        encoded = [
            None if value is None else key.codec.encode(value)
            for key, value in zip(self._keys, values, strict=True)
        ]
        cursor = base64.urlsafe_b64encode(to_json([self.name, *encoded])).decode().rstrip("=")
        if len(cursor) > MAX_CURSOR:
            raise Unprocessable("A value is too long for a cursor: choose another order.")
        return cursor

    def _behind(self, values: list[Any]) -> ColumnElement[bool]:
        keys, (first, *rest) = self._keys, self._keys
        literals = [
            literal(value, key.expression.type) for key, value in zip(keys, values, strict=True)
        ]
        if values[0] is None:  # the last rows: only the primary key tells them apart
            is_null = first.expression.is_(None)
            return and_(is_null, self._compare(rest, literals[1:]))
        behind = self._compare(keys, literals)
        return or_(behind, first.expression.is_(None)) if first.nullable else behind

    def _compare(
        self, keys: Sequence[_Key], literals: Sequence[ColumnElement[Any]]
    ) -> ColumnElement[bool]:
        key, last = tuple_(*(key.expression for key in keys)), tuple_(*literals)
        return key < last if self.descending else key > last


def _key(model: type[Any], name: str, by: ColumnElement[Any] | None) -> _Key:
    """Return one column of an order. Raise `TypeError` with what is wrong with it."""
    where = f"Sort({model.__name__}, {name!r})"
    attribute = getattr(model, name, None) if by is None else by
    expression: Any = attribute
    if isinstance(attribute, QueryableAttribute):
        if isinstance(attribute.property, RelationshipProperty):
            raise TypeError(f"{where}: {name} is a relationship: sort by a column of this model.")
        expression = attribute.expression
    elif not isinstance(attribute, ColumnElement):
        raise TypeError(f"{where}: {model.__name__} has no column {name!r}.")
    codec = codec_of(expression.type)
    if codec is None:
        kind = type(expression.type).__name__
        raise TypeError(
            f"{where}: {name} is of type {kind}, which has no order or says no `python_type`: sort "
            "by another column, or by an expression with a type (by=func.lower(x, type_=String))."
        )
    column = expression if isinstance(expression, Column) else None
    deferred = isinstance(attribute, QueryableAttribute) and attribute.property.deferred
    plain = column is not None and by is None and not deferred and not codec.raw
    nullable = column is None or bool(column.nullable)
    return _Key(expression, codec, nullable, name if plain else None)
