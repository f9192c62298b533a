"""Values in the audit log: text or JSON for any type, short and without secrets."""

import json
import math
import re
from collections.abc import Mapping
from datetime import date, time
from enum import Enum
from typing import Any

from sqlalchemy import ClauseElement

REDACTED = "[redacted]"
NOT_LOADED = "[not loaded]"  # the value before the change, where nobody has read it
SHOWN_CHARACTERS = 200  # of a text: the log tells that it changed, it is no backup
SHOWN_JSON = 2_000  # characters of JSON
_DEPTH = 10
_MAX_INTEGER = 2**63
_SECRETS = re.compile(
    r"(^|_)(hash(es)?|passwords?|passwd|pwd|passphrase|pin|otp|seed|tokens?|secrets?|keys?|apikeys?"
    r"|(recovery|backup)_codes?)$",
    re.IGNORECASE,
)


def is_secret(name: str) -> bool:
    """Return whether a column or a key of this name holds a secret, such as `password_hash`."""
    return _SECRETS.search(name) is not None


def shown(value: Any) -> Any:
    """Return `value` as JSON can hold it. Never raise: no write may fail because of its record."""
    try:
        plain = _plain(value, _DEPTH)
        text = json.dumps(plain)
        return plain if len(text) <= SHOWN_JSON else text[:SHOWN_CHARACTERS] + "…"
    except Exception:
        return f"[{type(value).__name__}]"


def key_text(key: tuple[Any, ...]) -> str:
    """Return a primary key as text; of several columns, as a JSON array in their order."""
    parts = [part.hex() if isinstance(part, bytes) else shown(part) for part in key]
    return str(parts[0]) if len(parts) == 1 else json.dumps(parts, ensure_ascii=False)


def _plain(value: Any, depth: int) -> Any:
    match value:
        case Enum():
            return _plain(value.value, depth)
        case None | bool():
            return value
        case int() if abs(value) < _MAX_INTEGER:
            return int(value)
        case float() if math.isfinite(value):
            return float(value)
        case bytes() | bytearray() | memoryview():
            return f"[{len(bytes(value))} bytes]"
        case date() | time():  # a datetime is a date
            return value.isoformat()
        case ClauseElement():
            return "[SQL expression]"
        case Mapping() | list() | tuple() | set() | frozenset() if depth == 0:
            return "…"
        case Mapping():
            return {
                _text(key): REDACTED if is_secret(str(key)) else _plain(item, depth - 1)
                for key, item in value.items()
            }
        case list() | tuple():
            return [_plain(item, depth - 1) for item in value]
        case set() | frozenset():
            return sorted((_plain(item, depth - 1) for item in value), key=str)
        case _:
            return _text(value)


def _text(value: Any) -> str:
    """Return text that can be sent as JSON: half of a surrogate pair becomes a question mark."""
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
