"""The transaction of a test: one connection, one request at a time, all of it rolled back."""

import re
from asyncio import CancelledError
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from httpx2 import Request, Response
from sqlalchemy import Connection, ExceptionContext, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction
from sqlalchemy.pool.base import _ConnectionFairy

from . import origin
from .clients import InProcess
from .databases import Databases
from .guards import connections, engines, state
from .refusal import noticed, refuse
from .service import Application, run_app
from .sessions import engines_of

END = re.compile(r"\s*(commit|end|abort|rollback(?!.*\bto\b))\b", re.IGNORECASE)
SAVEPOINT = re.compile(r"savepoint|release|rollback to", re.IGNORECASE)
TIME = re.compile(r"\bnow\(\)|\b(current|local)_?(time|date)|transaction_timestamp", re.IGNORECASE)
NO_TRANSACTION = re.compile(
    "no such savepoint|savepoint .* does not exist|can only be used in transaction blocks"
)


class SharedApplication:
    """The application of all tests that roll back, and the connection that they run on.

    What the lifespan itself writes at startup stays in the database, for all tests.
    """

    app: Application

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._stack = AsyncExitStack()
        self._connection: AsyncConnection | None = None
        self._ending = False
        self._times: set[origin.Request | None] = set()
        """Who has asked the database for the time, in this test."""

    async def open(self) -> None:
        """Start the application on a new database, unless it runs already."""
        if state.shared:
            return
        url = await self._stack.enter_async_context(self._databases.new())
        self._database = str(make_url(url).database)
        self.app = await self._stack.enter_async_context(run_app(url))
        self.app.outlive_tests()
        state.shared[:] = [self.app]
        engine = self.app.database.engine.sync_engine
        event.listen(engine, "commit", self._refuse_end)
        event.listen(engine, "rollback", self._refuse_end)
        event.listen(engine, "before_cursor_execute", self._before_execute)
        event.listen(engine, "handle_error", self._keep_connection)

    async def close(self) -> None:
        """Stop the application and drop its database."""
        if self._connection:
            await self._connection.close()
            self._connection = None
        state.shared.clear()
        await self._stack.aclose()

    @asynccontextmanager
    async def rolled_back(self) -> AsyncIterator[None]:
        """Put one connection behind the seam, and undo what happened on it when the block ends.

        Every session of the service, in what a request starts too, then runs in a savepoint of the
        one transaction: its commit releases the savepoint, its rollback rolls back to it.
        """
        connection = self._connection or await self._connect()
        self._connection = connection
        transaction = await connection.begin()
        if connection.dialect.name == "sqlite":
            await connection.run_sync(_begin_at_once)
        savepoint = await connection.begin_nested()
        self.app.watch.connection = connection.sync_connection
        self._times.clear()
        engines.kept.update(engines_of(self.app.database))
        with connections.reserved(self._database):
            try:
                yield
            finally:
                self.app.watch.connection = None
                engines.kept.clear()
                self._ending = True
                try:
                    await self._roll_back(transaction, savepoint)
                finally:
                    self._ending = False

    async def _connect(self) -> AsyncConnection:
        connection: AsyncConnection = await self.app.database.engine.connect()
        # It takes no place of the pool: a second connection is refused instead of waited for.
        await connection.run_sync(_detach)
        return connection

    async def _roll_back(self, *transactions: AsyncTransaction) -> None:
        connection, self._connection = self._connection, None
        assert connection is not None
        if not all(transaction.is_active for transaction in transactions):
            await connection.run_sync(_terminate)  # something tried to end it: it is not reset
            return
        try:
            for transaction in reversed(transactions):
                await transaction.rollback()
        except DBAPIError as error:
            await connection.run_sync(_terminate)  # tasks that are left still use it
            if not NO_TRANSACTION.search(str(error)):
                raise
            await self.close()
            await self.open()
            refuse("transaction-ended")
        self._connection = connection

    def _is_of_test(self, connection: Connection) -> bool:
        return not self._ending and connection is self.app.watch.connection

    def _refuse_end(self, connection: Connection) -> None:
        if self._is_of_test(connection):
            refuse("transaction-ended")

    def _keep_connection(self, context: ExceptionContext) -> None:
        """Keep the connection of the test, whose transaction would be lost with it.

        That of who is cancelled is closed in production. Here the savepoint is rolled back.
        """
        connection, error = context.connection, context.original_exception
        if connection and self._is_of_test(connection) and isinstance(error, CancelledError):
            context.is_disconnect = False

    def _before_execute(
        self, connection: Connection, cursor: Any, sql: str, parameters: Any, context: Any, *_: Any
    ) -> None:
        if not self._is_of_test(connection) or SAVEPOINT.match(sql):
            return
        if END.match(sql):
            refuse("transaction-ended")
        if not self.app.watch.open_in_front():
            refuse("connection-after-session", place=origin.place())
        self.app.watch.refuse_write(sql)
        if connection.dialect.name == "postgresql" and _asks_for_the_time(sql, context):
            self._times.add(origin.current_request.get())
            if len(self._times) > 1:
                noticed.add("time-stands-still")


def _asks_for_the_time(sql: str, context: Any) -> bool:
    """Return whether a statement, or a default of a column that it fills, reads the clock."""
    table = getattr(getattr(context.compiled, "statement", None), "table", None)
    columns = table.columns if context.isinsert and table is not None else ()
    defaults = [str(getattr(column.server_default, "arg", "")) for column in columns]
    return any(map(TIME.search, [sql, *defaults]))


class _Detached(_ConnectionFairy):
    """A connection that is in no pool and, unlike SQLAlchemy's, still knows that of the driver."""

    __slots__ = ()

    @property
    def driver_connection(self) -> Any:  # type: ignore[override]
        """Return the connection of the driver, for what only that can do."""
        return self.dbapi_connection.driver_connection if self.dbapi_connection else None


def _detach(connection: Connection) -> None:
    proxy = connection.connection
    connection.detach()
    proxy.__class__ = _Detached


def _begin_at_once(connection: Connection) -> None:
    """Begin the transaction now: the driver by itself begins it with the first write.

    Savepoints before that would outlive the rollback.
    """
    proxy = connection.connection
    driver: Any = proxy.driver_connection
    if not driver.in_transaction:
        dbapi_connection: Any = proxy.dbapi_connection
        dbapi_connection.isolation_level = None
        proxy.cursor().execute("BEGIN")


def _terminate(connection: Connection) -> None:
    opened = connection.connection.dbapi_connection
    connection.invalidate()
    if opened is not None:
        connection.dialect.do_terminate(opened)


class OneAtATime(InProcess):
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
