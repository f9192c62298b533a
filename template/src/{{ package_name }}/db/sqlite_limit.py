"""Ends a statement of SQLite when its time is up, or when nobody waits for it any more."""

import math
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

STEPS = 10_000  # of SQLite's machine, after which it is asked whether time is up


@dataclass(slots=True)
class Limit:
    """When the statement that a connection executes has to end, on the monotonic clock."""

    end: float = math.inf


def limit_statements(engine: AsyncEngine) -> None:
    """Make the connections of an engine end statements by their execution option `end`."""

    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi_connection: Any, record: Any) -> None:
        limit = record.info["limit"] = Limit()

        def is_late() -> bool:
            return time.monotonic() > limit.end

        dbapi_connection.run_async(lambda driver: driver.set_progress_handler(is_late, STEPS))

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def begin(connection: Connection, *details: Any) -> None:
        *_, context, _ = details
        connection.info["limit"].end = context.execution_options.get("end", math.inf)

    @event.listens_for(engine.sync_engine, "invalidate")
    def cancel(dbapi_connection: object, record: Any, error: BaseException | None) -> None:
        # The statement of who was cancelled would go on in its thread, with its locks.
        record.info["limit"].end = -math.inf
