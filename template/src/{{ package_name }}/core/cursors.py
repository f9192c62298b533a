"""Encodes cursors: values of columns as text or numbers of JSON, and back, exactly.

A value that is read from a cursor has to be written as `encode` writes it: no other spelling.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Enum as EnumType
from sqlalchemy import Numeric, Time, TypeDecorator, Uuid
from sqlalchemy.types import TypeEngine

_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Codec:
    """Turns values of one type into JSON and back; `decode` raises `ValueError`."""

    encode: Callable[[Any], Any]
    parse: Callable[[Any], Any]
    raw: bool = False  # the column is read as the driver has it: SQLAlchemy would round

    def decode(self, found: Any) -> Any:
        """Return the value of what a cursor holds."""
        try:
            value = self.parse(found)
            if self.encode(value) != found:
                raise ValueError("not as a cursor has it")
        except (ArithmeticError, AttributeError, KeyError, TypeError) as error:
            raise ValueError("not as a cursor has it") from error
        return value


def _text(found: Any) -> str:
    if "\x00" in found:
        raise ValueError("no column holds NUL")
    return str.__str__(found)


def _integer(found: Any) -> int:
    if type(found) is not int or not -_LARGEST <= found < _LARGEST:
        raise ValueError("not a number of 64 bits")
    return found


def _flag(found: Any) -> bool:
    if not isinstance(found, bool):
        raise ValueError("not a flag")
    return found


def _decimal(found: str) -> Decimal:
    value = Decimal(found)
    if value.is_finite() and abs(value.adjusted()) > 1_000:
        raise ValueError("too large")
    return value


def _aware(found: str) -> datetime:
    value = datetime.fromisoformat(found)
    if value.utcoffset() != timedelta(0):
        raise ValueError("must be in UTC, as in all cursors that were given")
    return value.replace(tzinfo=UTC)


def _either(found: str) -> datetime:
    return _aware(found) if datetime.fromisoformat(found).tzinfo else _naive(found)


def _naive(found: str) -> datetime:
    value = datetime.fromisoformat(found)
    if value.tzinfo is not None:
        raise ValueError("must have no offset")
    return value


def _microseconds(value: timedelta) -> int:
    return value // timedelta(microseconds=1)


def _float_text(value: Any) -> str:
    return repr(float(value))


_CODECS: dict[type, Codec] = {
    str: Codec(_text, _text),
    int: Codec(int, _integer),
    bool: Codec(bool, _flag),
    float: Codec(_float_text, float, raw=True),
    Decimal: Codec(str, _decimal, raw=True),
    date: Codec(date.isoformat, date.fromisoformat),
    time: Codec(time.isoformat, time.fromisoformat),
    timedelta: Codec(_microseconds, lambda found: timedelta(microseconds=_integer(found))),
    UUID: Codec(str, UUID),
}


def codec_of(kind: TypeEngine[Any]) -> Codec | None:
    """Return how values of a column are put into a cursor; None for a type without an order.

    A TypeDecorator takes part where it says by `python_type` what its values are.
    """
    if isinstance(kind, EnumType):
        return _enum_codec(kind)
    if isinstance(kind, Uuid) and not kind.as_uuid:
        return Codec(str, lambda found: str(found) if UUID(found) else found)
    if isinstance(kind, Numeric):
        return _CODECS[Decimal if kind.__visit_name__ == "numeric" else float]
    try:
        python_type = kind.python_type
    except NotImplementedError:
        return None
    if python_type is datetime:
        zoned = bool(getattr(kind, "timezone", False))
        strict = isinstance(kind, TypeDecorator) and zoned
        return Codec(datetime.isoformat, _aware if strict else _either if zoned else _naive)
    if python_type is time and isinstance(kind, Time) and kind.timezone:
        return None
    return _CODECS.get(python_type)


def _enum_codec(kind: EnumType) -> Codec:
    if kind.enum_class is None:
        names = {name: name for name in kind.enums}
        return Codec(str, names.__getitem__)
    members = dict(kind.enum_class.__members__)
    return Codec(
        lambda member: member.name if isinstance(member, Enum) else member, members.__getitem__
    )
