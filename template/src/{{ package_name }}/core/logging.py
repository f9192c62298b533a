"""Structured logs: one JSON line an event, in development one readable line."""

import logging
import re
import sys
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

REDACTED = "[redacted]"
MOST_A_MINUTE = 20
# Not the one that shows local variables: they hold secrets.
PLAIN = structlog.dev.plain_traceback
_SECRET_KEYS = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api[_-]?key|dsn|database_url|redis_url",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*:)\S+@")  # which may have / and @ in it
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_BEARER = re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE)


def redact(logger: Any, method: str, event: EventDict) -> EventDict:
    """Take secrets out of an event, by the name of the field and by the look of the text."""
    return {key: _redacted(key, value) for key, value in event.items()}


def _redacted(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return REDACTED if _is_secret(key) else redact_text(value)
    if isinstance(value, dict):
        return {inner: _redacted(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted("", item) for item in value]
    return REDACTED if isinstance(value, bytes) and _is_secret(key) else value


@lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    return _SECRET_KEYS.search(key) is not None


def redact_text(text: str) -> str:
    """Take secrets out of a text, by their look."""
    lower = text.lower()  # much faster than an expression, and most lines hold none of these
    if not ("://" in lower or "eyj" in lower or "bearer" in lower or "basic" in lower):
        return text
    text = _JWT.sub(REDACTED, _URL_PASSWORD.sub(rf"\1{REDACTED}@", text))
    return _BEARER.sub(rf"\1 {REDACTED}", text)


class LineLogger:
    """Writes what structlog has rendered: half of what a handler of `logging` costs.

    A line that cannot be written, to a disk that is full say, ends no request.
    """

    def __init__(self, file: TextIO, name: str = "") -> None:
        self._file = file
        self.name = name

    def msg(self, line: str) -> None:
        """Write one line, whatever its level."""
        with suppress(OSError, ValueError):
            self._file.write(line + "\n")
            self._file.flush()

    debug = info = warning = error = critical = msg


class AtMost(logging.Filter):
    """Let each message of a logger through so many times in a minute, and count the others.

    For what strangers can make a server say at each of their connections.
    """

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times
        self._seen: dict[str, int] = {}
        self._minute = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is logged. The first one too many says that others follow."""
        minute = int(record.created // 60)
        if minute != self._minute:
            self._minute, self._seen = minute, {}
        message = str(record.msg).partition("\n")[0][:100]
        self._seen[message] = times = self._seen.get(message, 0) + 1
        if times == self._times:
            record.msg = f"{record.msg} (and no more of these in this minute)"
        return times <= self._times


def _not_a_second_traceback(record: logging.LogRecord) -> bool:
    """Drop uvicorn's copy of an exception that the error boundary has logged already."""
    return not (record.exc_info and getattr(record.exc_info[1], "logged", False))


def configure_logging(*, level: str, json_lines: bool) -> None:
    """Send what structlog and the standard library log to stderr, in one format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=PLAIN)
    final: list[Processor] = [redact, console]
    if json_lines:
        final = [structlog.processors.format_exc_info, redact, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=partial(LineLogger, sys.stderr),
        cache_logger_on_first_use=False,
    )
    final = [ProcessorFormatter.remove_processors_meta, *final]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # The middleware writes the access log, with the request id and the route's template.
    logging.getLogger("uvicorn.access").disabled = True
    server, loop = logging.getLogger("uvicorn.error"), logging.getLogger("asyncio")
    server.filters[:] = [_not_a_second_traceback, AtMost(MOST_A_MINUTE)]
    loop.filters[:] = [AtMost(MOST_A_MINUTE)]
