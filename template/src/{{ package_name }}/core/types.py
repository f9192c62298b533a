"""Types of what comes in: bounded, exact, and free of characters that no database stores.

Each takes what the OpenAPI document says and nothing else: no number for a time, no "yes" for a
flag, no time without an offset. In Python each takes values of its own kind.
"""

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, TypeVar, cast

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    StrictBool,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

MAX_ID = 2**63 - 1
MAX_JSON = 65_536  # characters
MAX_JSON_DEPTH = 20

JsonT = TypeVar("JsonT")
_STORABLE = re.compile("[^\x00\ud800-\udfff]*").fullmatch


_BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
}


@dataclass(frozen=True, slots=True)
class _Before(BeforeValidator):
    """A validator that later bounds may follow: `Annotated[Float, Field(gt=0)]`.

    Pydantic checks such bounds, and describes them under names that JSON Schema does not know.
    """

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the bounds of numbers; of others JSON Schema knows none."""
        described = handler(schema)
        for name, keyword in _BOUNDS.items():
            bound = described.pop(name, None)
            if isinstance(bound, int | float):
                described[keyword] = bound
        return described


def _only(kind: type, pattern: str, example: str) -> BeforeValidator:
    """Accept text of this pattern, and what is of this kind already."""
    text = re.compile(pattern)

    def check(value: object) -> object:
        if type(value) is kind or (isinstance(value, str) and text.fullmatch(value)):
            return value
        raise ValueError(f'must be text such as "{example}"')

    return _Before(check)


def _not_a_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _flag(value: object) -> object:
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    return value


def _in_utc(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError("must have an offset from UTC, such as Z")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that exists in UTC") from None


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("must have no offset from UTC")
    return value


def _storable(value: JsonT) -> JsonT:
    _check_json(value, MAX_JSON_DEPTH)
    if len(json.dumps(value)) > MAX_JSON:
        raise ValueError(f"must have {MAX_JSON} characters at most")
    return value


def _check_json(value: object, depth: int) -> None:
    if depth < 0:
        raise ValueError(f"must have {MAX_JSON_DEPTH} levels at most")
    if isinstance(value, str) and not _STORABLE(value):
        raise ValueError("must be text without NUL and without half of a surrogate pair")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be a finite number")
    if isinstance(value, dict):
        for key in value:
            _check_json(key, depth)
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _check_json(item, depth - 1)


# --- Text and numbers -----------------------------------------------------------------------------

# No NUL. Nor half of a surrogate pair: only what UTF-8 can write is matched with a pattern.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Email = Annotated[EmailStr, StringConstraints(max_length=254), AfterValidator(str.lower)]
Flag = StrictBool
QueryFlag = Annotated[StrictBool, BeforeValidator(_flag)]  # in a query everything is text

# For a number with bounds of its own: `Annotated[int, Field(ge=1, le=9), Number]`. No `true`.
Number = _Before(_not_a_flag)
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1), Number]  # what `Integer` holds
Int64 = Annotated[int, Field(ge=-MAX_ID - 1, le=MAX_ID), Number]  # what `BigInteger` holds
Float = Annotated[float, Field(allow_inf_nan=False), Number]
Id = Annotated[int, Field(ge=1, le=MAX_ID), Number]
PathId = Annotated[int, Path(ge=1, le=MAX_ID)]


@dataclass(frozen=True, slots=True)
class Exact:
    """Bound a Decimal to what `Numeric(digits, places)` holds: `Annotated[Decimal, Exact(10, 2)]`.

    It is sent as text, because most parsers of JSON make an inexact number of a number.
    """

    digits: int
    places: int
    signed: bool = False

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Accept text with so many digits, or a Decimal that has no more."""
        schema = core_schema.decimal_schema(
            max_digits=self.digits,
            decimal_places=self.places,
            ge=None if self.signed else Decimal(0),
        )
        check = _only(Decimal, self._pattern, "9.99" if self.places else "9").func
        return core_schema.no_info_before_validator_function(cast(Any, check), schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: object) -> dict[str, Any]:
        """Describe the text."""
        return {"type": "string", "pattern": f"^{self._pattern}$"}

    @property
    def _pattern(self) -> str:
        sign, whole = "-?" if self.signed else "", self.digits - self.places
        fraction = rf"(\.[0-9]{{1,{self.places}}})?" if self.places else ""
        return rf"{sign}[0-9]{{1,{whole}}}{fraction}"


Json = Annotated[JsonValue, AfterValidator(_storable)]
JsonObject = Annotated[dict[str, JsonValue], AfterValidator(_storable)]

# --- Times ----------------------------------------------------------------------------------------

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_DURATION = (
    r"P(?=[0-9]|T[0-9])([0-9]{1,2}Y)?([0-9]{1,3}D)?"
    r"(T([0-9]{1,2}H)?([0-9]{1,2}M)?([0-9]{1,2}(\.[0-9]{1,6})?S)?)?"
)

# Aware, and returned in UTC.
Moment = Annotated[
    datetime,
    _only(
        datetime,
        rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt]{_TIME}:[0-9]{{2}}(\.[0-9]{{1,9}})?([Zz]|[+-]{_TIME})",
        "2026-12-24T18:00:00Z",
    ),
    AfterValidator(_in_utc),
]
Day = Annotated[date, _only(date, "[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-12-24")]
TimeOfDay = Annotated[
    time,
    _only(time, rf"{_TIME}(:[0-5][0-9](\.[0-9]{{1,6}})?)?", "18:00:00"),
    AfterValidator(_without_zone),
    WithJsonSchema({"type": "string", "pattern": rf"^{_TIME}(:[0-5][0-9](\.[0-9]{{1,6}})?)?$"}),
]
# ISO 8601, up to about a hundred years; no months, which are of no fixed length.
Duration = Annotated[
    timedelta,
    _only(timedelta, _DURATION, "P1DT12H"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$"}),
]

# --- Bodies ---------------------------------------------------------------------------------------


def email_as_stored(typed: str) -> str:
    """Return an address as it is stored, however it is typed: in Unicode, or its host as "xn--"."""
    try:
        return _email().validate_python(typed.strip())
    except ValidationError:
        return unicodedata.normalize("NFC", typed).strip().lower()


@cache
def _email() -> TypeAdapter[str]:
    return TypeAdapter(Email)


class RequestBody(BaseModel):
    """The body of a request: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class PatchBody(RequestBody):
    """The body of a PATCH: each field may be left out, and stays as it is then.

    So a field has no default, and null is a value only where its type says so:

        class BookUpdate(PatchBody):
            title: Title
            subtitle: Title | None
    """

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Make every field optional."""
        for name, field in cls.model_fields.items():
            if name in cls.__annotations__ and not field.is_required():
                raise TypeError(
                    f"{cls.__name__}.{name} has a default: remove it, a field of a PatchBody may "
                    "be left out anyway. If null is a value, say so in its type."
                )
            field.default_factory = _left_out
        cls.model_rebuild(force=True)

    def changes(self) -> dict[str, Any]:
        """Return the values that were sent, by field."""
        return self.model_dump(include=self.model_fields_set)


def _left_out() -> None:
    """Return what a field holds that was left out. Nothing reads it: see `changes`."""


class ResponseBody(BaseModel):
    """The body of a response: `model_validate` takes a row."""

    model_config = ConfigDict(from_attributes=True)
