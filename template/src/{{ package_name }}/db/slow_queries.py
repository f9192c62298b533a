"""Logs SQL statements that take long, with the request they belong to."""

import time
from typing import Any

import structlog
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

log = structlog.get_logger(__name__)


def log_slow_queries(*engines: AsyncEngine, threshold_ms: int) -> None:
    """From now on log each statement that takes `threshold_ms` or longer, without its values."""

    def started(connection: Connection, *details: Any) -> None:
        connection.info["query_started"] = time.perf_counter()

    def finished(connection: Connection, cursor: Any, statement: str, *details: Any) -> None:
        ms = (time.perf_counter() - connection.info["query_started"]) * 1000
        if ms >= threshold_ms:
            log.warning("slow query", ms=round(ms, 1), statement=" ".join(statement.split()))

    for engine in engines:
        event.listen(engine.sync_engine, "before_cursor_execute", started)
        event.listen(engine.sync_engine, "after_cursor_execute", finished)
