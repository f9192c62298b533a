"""Ends a statement of SQLite when its time is up."""

import math
import time
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

STEPS = 10_000  # of SQLite's machine, after which it is asked whether time is up


def limit_statements(engine: AsyncEngine) -> None:
    """Make the connections of an engine end statements by their execution option `end`."""

    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi_connection: Any, record: Any) -> None:
        def is_late() -> bool:
            return time.monotonic() > float(record.info.get("end", math.inf))

        dbapi_connection.run_async(lambda driver: driver.set_progress_handler(is_late, STEPS))

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def begin(connection: Connection, *details: Any) -> None:
        *_, context, _ = details
        connection.info["end"] = context.execution_options.get("end", math.inf)
