"""Makes the engines. SQLite is told here how to behave."""

import math
import os
import sqlite3
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import AsyncAdaptedQueuePool, Connection, PoolProxiedConnection, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ..core.sqlite_address import is_in_memory
from ..settings import Settings
from .sqlite_closing import ClosingConnection, StoppingConnection
from .sqlite_errors import wrap_errors
from .sqlite_limit import limit_statements

WRITE_SECONDS = 5  # that a writer waits for its turn, at most
BUSY_TIMEOUT = WRITE_SECONDS * 1000
READERS = 15
PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers do not wait for the writer
    "PRAGMA synchronous = NORMAL",  # with WAL: an outage of power loses no consistency
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
)


def create_engine(settings: Settings) -> AsyncEngine:
    """Return the engine that writes; nothing is opened until a session needs it.

    It has one connection, because SQLite lets one write at a time: the writers of this process
    take turns in the order in which they come, and wait for those of other processes in
    `BEGIN IMMEDIATE`. Where the execution option `read_only` is set there is no transaction.
    """
    return _create(settings, PRAGMAS, poolclass=Turns, pool_size=1, pool_timeout=WRITE_SECONDS)


def create_reading_engine(
    settings: Settings, engine: AsyncEngine, *, connections: int = READERS
) -> AsyncEngine:
    """Return an engine that reads, on connections of its own: it never waits for a writer.

    Each statement sees what is committed when it begins.
    """
    if is_in_memory(settings.database_url.get_secret_value()):  # nobody else sees what is in there
        return engine.execution_options(read_only=True)
    return _create(
        settings,
        (*PRAGMAS, "PRAGMA query_only = ON"),
        pool_size=connections,
        execution_options={"read_only": True},
        skip_autocommit_rollback=True,  # there is nothing to roll back
    )


def caller_share(settings: Settings) -> int:
    """Return how many readers one caller may use at once: others find the rest."""
    return READERS - READERS // 4


class Turns(AsyncAdaptedQueuePool):
    """Hands out the connection that writes."""

    __module__ = AsyncAdaptedQueuePool.__module__  # it logs as the others do

    def connect(self) -> PoolProxiedConnection:
        """Return the connection when it is free, and note how long that took."""
        asked = time.monotonic()
        connection = super().connect()
        connection.info["waited"] = time.monotonic() - asked
        return connection


def _create(settings: Settings, pragmas: tuple[str, ...], **options: Any) -> AsyncEngine:
    address = settings.database_url.get_secret_value()
    # What is in memory has one connection, for everything.
    options = {} if is_in_memory(address) else {"max_overflow": 0, **options}
    # The driver's own transaction mode starts a transaction too late: writes get lost and
    # savepoints outlive a rollback. So BEGIN is sent here.
    engine = create_async_engine(
        address,
        connect_args={"factory": ClosingConnection},
        hide_parameters=True,
        pool_reset_on_return=None,
        **options,
    )
    _prepare_connections(engine, pragmas)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("read_only", False):
            _begin(connection.connection)

    @event.listens_for(engine.sync_engine, "reset")
    def reset(dbapi_connection: Any, record: object, state: object) -> None:
        # Most are in no transaction, and each call of aiosqlite goes to a thread and back.
        if dbapi_connection.driver_connection.in_transaction:
            dbapi_connection.rollback()

    wrap_errors(engine)
    limit_statements(engine)
    return engine


def _prepare_connections(engine: AsyncEngine, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine.sync_engine, "do_connect")
    def try_to_open(dialect: object, record: object, args: Any, options: Any) -> None:
        with suppress(OSError):  # it exists, or SQLite says better why it cannot be opened
            _create_for_owner(args[0])
        # Raises before aiosqlite starts a thread: that of a connection which could not be opened
        # is waited for by nobody, and fails with a traceback where the event loop ends first.
        sqlite3.connect(*args, **options).close()

    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi_connection: Any, record: object) -> None:
        dbapi_connection.driver_connection.__class__ = StoppingConnection
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()
        # The search ignores the case of every letter; SQLite itself knows that of ASCII only.
        dbapi_connection.create_function("lower", 1, _lower, deterministic=True)


def _begin(connection: PoolProxiedConnection) -> None:
    """Wait until nobody else writes, for what is left of `WRITE_SECONDS`."""
    left = WRITE_SECONDS - connection.info.pop("waited", 0)
    patience = max(0, math.ceil(left * 2)) * 500
    dbapi_connection: Any = connection.dbapi_connection
    try:
        if patience != connection.info.get("patience", BUSY_TIMEOUT):
            pragma = f"PRAGMA busy_timeout = {patience}"
            dbapi_connection.run_async(lambda driver: driver.execute(pragma))
            connection.info["patience"] = patience
        dbapi_connection.run_async(lambda driver: driver.execute("BEGIN IMMEDIATE"))
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


def _create_for_owner(path: str) -> None:
    """Create the file that nobody else may read. Raise `FileExistsError` if it is there.

    One that exists must not be opened and closed here: that drops every lock which this process
    has on it, and the next process that ends deletes the write-ahead log which this one writes to.
    """
    if path != ":memory:" and not path.startswith("file:"):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode=0o600))


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value
