"""What only reads must not write: it has no transaction that would be rolled back."""

import re
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

_WRITES = re.compile(r"\s*(insert|update|delete|merge|replace)\b", re.IGNORECASE)


class WriteWhileReading(RuntimeError):
    """A session that only reads was used to write."""


def refuse_writes(engine: AsyncEngine) -> None:
    """Raise `WriteWhileReading` for a statement that writes."""

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def check(
        connection: Connection, cursor: Any, statement: str, values: Any, context: Any, many: bool
    ) -> None:
        compiled = context.isinsert or context.isupdate or context.isdelete
        if compiled or _WRITES.match(statement):
            raise WriteWhileReading(
                "This session only reads, as those of GET, HEAD and OPTIONS do. Write in a request "
                "with another method, or in a session of its own: database.session()."
            )
