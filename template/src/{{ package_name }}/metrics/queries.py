"""Counts SQL statements."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class QueryCounter:
    """Counts the statements that were sent through some engines since it was made."""

    def __init__(self, *engines: AsyncEngine) -> None:
        self.total = 0
        for engine in engines:
            event.listen(engine.sync_engine, "before_cursor_execute", self._count)

    def _count(self, *details: Any) -> None:
        self.total += 1
