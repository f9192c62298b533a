"""Values that fit a column, by its type and the checks that mention it."""

import re
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Dialect, literal_column
from sqlalchemy.types import TypeDecorator, TypeEngine

NUMBER_OR_TEXT = re.compile(r"'(?P<text>(?:[^']|'')*)'|(?<![\w.])(?P<number>-?\d+(?:\.\d+)?)")

# Types that not every database has, by their name, and how a value of them is written.
WRITTEN = {
    "BIT": "1",
    "CIDR": "10.0.0.0/8",
    "HSTORE": "a=>b",
    "INET": "10.0.0.1",
    "JSONPATH": "$",
    "MACADDR": "08:00:2b:01:02:03",
    "MACADDR8": "08:00:2b:01:02:03:04:05",
    "MONEY": "1",
    "OID": "1",
    "TSQUERY": "x",
    "TSVECTOR": "x",
    "XML": "<x/>",
}


def plain(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """Return what a column of this type is in the database: values need no conversion then."""
    type_ = type_._variant_mapping.get(dialect.name, type_)
    if isinstance(type_, TypeDecorator) and not isinstance(type_, sa.Interval | sa.PickleType):
        return plain(type_.load_dialect_impl(dialect), dialect)
    if isinstance(type_, sa.ARRAY):
        return sa.ARRAY(plain(type_.item_type, dialect), dimensions=type_.dimensions)
    return type_


def candidates(type_: TypeEngine[Any], checks: Iterable[str]) -> list[Any]:
    """Return values of a type, the most ordinary one first, then what its checks speak of.

    The list is empty if the type is not known.
    """
    values = _ordinary(type_)
    literals = [match for check in checks for match in NUMBER_OR_TEXT.finditer(check)]
    if isinstance(type_, sa.String) and not isinstance(type_, sa.Enum):
        texts = [match["text"].replace("''", "'") for match in literals if match["text"]]
        lengths = [int(match["number"]) for match in literals if (match["number"] or "").isdigit()]
        values += texts + [re.sub("[%_]", "x", text) for text in texts]
        values += ["x" * length for length in lengths if length < 10_000]
    elif isinstance(type_, sa.Integer | sa.Numeric):
        number = int if isinstance(type_, sa.Integer) else type(values[0])
        for match in literals:
            if match["number"]:
                given = number(Decimal(match["number"]))
                values += [given, given + 1, given - 1]
    return values


def _ordinary(type_: TypeEngine[Any]) -> list[Any]:
    """Return a few values of a type, in their order."""
    if isinstance(type_, sa.ARRAY):
        return [_nested(value, type_.dimensions or 1) for value in _ordinary(type_.item_type)]
    if isinstance(type_, sa.Enum):
        return list(type_.enums)
    for kind, values in _VALUES.items():
        if isinstance(type_, kind):
            return list(values)
    if isinstance(type_, sa.Numeric):
        return [Decimal(number).scaleb(-(type_.scale or 0)) for number in (1, 2, 0)]
    if isinstance(type_, sa.DateTime | sa.Time):
        zone = UTC if type_.timezone else None
        return [_moment(type_, hour).replace(tzinfo=zone) for hour in (1, 2)]
    if isinstance(type_, sa.Uuid):
        return [uuid.UUID(int=1) if type_.as_uuid else str(uuid.UUID(int=1))]
    name = type_.__visit_name__.upper()
    written = "empty" if name.endswith("RANGE") else WRITTEN.get(name)
    return [] if written is None else [literal_column(f"'{written}'")]


def _nested(value: Any, dimensions: int) -> Any:
    return [_nested(value, dimensions - 1)] if dimensions else value


def _moment(type_: sa.DateTime | sa.Time, hour: int) -> Any:
    return time(hour) if isinstance(type_, sa.Time) else datetime(2026, 1, 1, hour)


_VALUES: dict[type[TypeEngine[Any]], list[Any]] = {
    sa.Boolean: [True, False],
    sa.Integer: [1, 2, 0],
    sa.Float: [1.0, 2.0, 0.0],
    sa.Date: [date(2026, 1, 1), date(2026, 1, 2)],
    sa.Interval: [timedelta(hours=1), timedelta(hours=2)],
    sa.LargeBinary: [b"x"],
    sa.PickleType: ["x"],
    sa.JSON: [{}, []],
    sa.String: ["x", "X", ""],
}
