"""Refuses connections that would make tests lie, in the same words on every database.

Some drivers serve any event loop, and two tasks at once: a suite is green on one database and red
on another. And an engine made from the wrong settings writes to a database that is somebody's.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import Connection, Dialect, Engine, Pool, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from .. import origin
from ..adapter import NO_DATABASE
from ..refusal import refuse

# Whether the arguments of a connection lead to a database that this suite created.
_made: list[Callable[[list[Any], dict[str, Any]], bool]] = []
# The databases in which a test has its transaction: a second connection would not see its rows.
_reserved: set[str] = set()
# Where an engine leads instead, and which arguments its old URL gave to the driver.
_redirected: WeakKeyDictionary[Dialect, tuple[set[str], list[Any], dict[str, Any]]] = (
    WeakKeyDictionary()
)
# The pools that redirected engines had before.
_left: list[Pool] = []
# Whether no test may have a database now: the sync `client` has none.
_none: list[bool] = []


def allow(made: Callable[[list[Any], dict[str, Any]], bool]) -> None:
    """Allow the connections for whose arguments `made` is true."""
    _made.append(made)


@contextmanager
def reserved(database: str) -> Iterator[None]:
    """Refuse connections to a database, but those of background work, until the block ends."""
    _reserved.add(database)
    try:
        yield
    finally:
        _reserved.remove(database)


@contextmanager
def none_allowed() -> Iterator[None]:
    """Refuse every connection until the block ends."""
    _none.append(True)
    try:
        yield
    finally:
        _none.pop()


def redirect(engine: AsyncEngine, database_url: str) -> None:
    """Have an engine open its connections to another database from now on.

    Its pool, its options and what listens to it stay those of the service.
    """
    dialect, url = engine.dialect, make_url(database_url)
    before, *_ = _redirected.get(dialect, (set[str](), [], {}))
    _, of_old_url = dialect.create_connect_args(engine.url)
    arguments, options = dialect.create_connect_args(url)
    _redirected[dialect] = ({*before, *of_old_url}, list(arguments), dict(options))
    engine.sync_engine.url = url
    # Old tests may have used it, in a loop that has ended: their connections can only be left.
    _left.append(engine.sync_engine.pool)
    engine.sync_engine.dispose(close=False)


def pytest_configure(config: pytest.Config) -> None:
    """Watch every engine of the process, from before the first test module is imported."""
    event.listen(Engine, "do_connect", _before_connect)
    event.listen(Pool, "connect", lambda _, record: record.info.update(loop=_running_loop()))
    event.listen(Pool, "checkout", _check_out)
    event.listen(Engine, "before_cursor_execute", _check_use)
    event.listen(Engine, "after_cursor_execute", lambda connection, *_: _finished(connection))
    event.listen(Engine, "handle_error", lambda error: _finished(error.connection))


def database_of(arguments: list[Any], options: dict[str, Any]) -> str:
    """Return the name of the database, or the path of the file, to which arguments lead."""
    name = options.get("database") or options.get("dbname")  # asyncpg, psycopg
    return str(arguments[0] if arguments else name)


def _before_connect(
    dialect: Dialect, record: Any, arguments: list[Any], options: dict[str, Any]
) -> None:
    if dialect in _redirected:
        old_names, new_arguments, new_options = _redirected[dialect]
        for name in old_names:
            options.pop(name, None)
        arguments[:] = new_arguments
        options.update(new_options)
    database = database_of(arguments, options)
    if _none or database.endswith(NO_DATABASE):
        refuse("no-database")
    if not any(made(arguments, options) for made in _made):
        refuse("foreign-database", place=database)
    if database in _reserved and not origin.in_background():
        refuse("second-connection")
    if record is not None:
        record.info["database"] = database


def _check_out(dbapi_connection: object, record: Any, proxy: object) -> None:
    if _none:
        refuse("no-database")
    database = record.info.get("database")
    if database in _reserved and not origin.in_background():
        refuse("second-connection")


def _check_use(connection: Connection, *statement: Any) -> None:
    if connection.dialect.is_async and connection.info["loop"] is not _running_loop():
        refuse("other-loop")
    if connection.info.get("busy"):
        refuse("two-tasks")
    connection.info["busy"] = True


def _finished(connection: Connection | None) -> None:
    if connection:  # None if it could not be opened
        connection.info["busy"] = False


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None  # a synchronous engine
