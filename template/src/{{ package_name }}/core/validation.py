"""Bounds the cost of a refused request, however much is wrong in it."""

import json
from collections.abc import Sequence
from typing import Any

from fastapi._compat import ModelField
from pydantic import ValidationError

MOST_ERRORS = 10
MOST_STEPS = 10  # to the place of an error
MOST_CHARACTERS = 100

Location = tuple[int | str, ...]


def bound_validation() -> None:
    """Make FastAPI list the first errors of a value only, in this process.

    FastAPI lists every error before any handler sees the first one, and a body of one megabyte
    may hold a million of them. Its own class is replaced in part because it offers no other way:
    a test fails where a release of FastAPI does not go this way any more.
    """
    ModelField.validate = _validate  # type: ignore[method-assign]


def described(errors: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the first errors as a caller may see them.

    Without `input`, `ctx` and `url`: they echo what was sent, passwords too. Names of what was
    sent are cut short.
    """
    return [
        {"loc": _short_path(error["loc"]), "msg": _short(error["msg"]), "type": error["type"]}
        for error in errors[:MOST_ERRORS]
    ]


def _validate(
    self: ModelField, value: Any, values: dict[str, Any] | None = None, *, loc: Location = ()
) -> tuple[Any, list[dict[str, Any]]]:
    try:
        return self._type_adapter.validate_python(value, from_attributes=True), []
    except ValidationError as error:
        return None, [{**one, "loc": (*loc, *one["loc"])} for one in _first_errors(error)]


def _first_errors(error: ValidationError) -> list[Any]:
    if error.error_count() <= MOST_ERRORS:
        return list(error.errors(include_url=False))
    # To write all of them as text is ten times cheaper than to make objects of them.
    text = error.json(include_url=False, include_context=False, include_input=False)
    decoder, errors, position = json.JSONDecoder(), list[Any](), 1
    while len(errors) <= MOST_ERRORS:  # one more, so that it is seen that there are more
        found, position = decoder.raw_decode(text, position)
        errors.append(found)
        position += 1  # the comma
    return errors


def _short_path(location: Location) -> list[int | str]:
    return [_short(step) if isinstance(step, str) else step for step in location[:MOST_STEPS]]


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}..."
