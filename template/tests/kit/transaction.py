"""The transaction of a test: one connection, one request at a time, all of it rolled back."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from httpx2 import ASGITransport, Request, Response
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from .adapter import Database
from .refusal import refuse


@asynccontextmanager
async def rolled_back(database: Database) -> AsyncIterator[None]:
    """Put one connection behind the seam, and undo what happened on it when the block ends.

    Every session of the service, in background work too, then runs in a savepoint of the one
    transaction: its commit releases the savepoint, its rollback rolls back to it.
    """
    engine = database.engine.sync_engine
    makers = [(maker, dict(maker.kw)) for maker in database.session_makers]
    async with database.engine.connect() as connection:
        transaction = await connection.begin()
        for maker, _ in makers:
            maker.configure(bind=connection, join_transaction_mode="create_savepoint")
        for name, guard in GUARDS.items():
            event.listen(engine, name, guard)
        try:
            yield
        finally:
            for name, guard in GUARDS.items():
                event.remove(engine, name, guard)
            for maker, options in makers:
                mode = options.get("join_transaction_mode", "conditional_savepoint")
                maker.configure(bind=options["bind"], join_transaction_mode=mode)
            try:
                await transaction.rollback()
            except DBAPIError:
                await connection.invalidate()  # tasks that are left still use it: not for the pool
                raise


def _refuse_end_in_sql(connection: object, cursor: object, sql: str, *rest: object) -> None:
    if re.match(r"\s*(commit|end|abort|rollback(?!.*\bto\b))\b", sql, re.IGNORECASE):
        refuse("transaction-ended")


GUARDS: dict[str, Callable[..., None]] = {
    "checkout": lambda *_: refuse("second-connection"),
    "commit": lambda _: refuse("transaction-ended"),
    "rollback": lambda _: refuse("transaction-ended"),
    "before_cursor_execute": _refuse_end_in_sql,
}


class OneAtATime(ASGITransport):
    """The in-process transport of this tier."""

    _busy: str | None = None

    async def handle_async_request(self, request: Request) -> Response:
        """Serve a request. Refuses one that comes while another is served."""
        name = f"{request.method} {request.url.path}"
        if self._busy is not None:
            refuse("two-requests", request=name, busy=self._busy)
        self._busy = name
        try:
            return await super().handle_async_request(request)
        finally:
            self._busy = None
