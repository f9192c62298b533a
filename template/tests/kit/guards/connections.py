"""Refuses connections that would make tests lie, in the same words on every database.

Some drivers serve any event loop, and two tasks at once: a suite is green on one database and red
on another. And an engine made from the wrong settings writes to a database that is somebody's.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Pool, event

from .. import origin
from ..refusal import refuse

NO_DATABASE = "no-database"
# Whether the arguments of a connection lead to a database that this suite created.
_made: list[Callable[[list[Any], dict[str, Any]], bool]] = []
# The databases in which a test has its transaction: a second connection would not see its rows.
_reserved: set[str] = set()


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


def pytest_configure(config: pytest.Config) -> None:
    """Watch every engine of the process, from before the first test module is imported."""
    event.listen(Engine, "do_connect", _before_connect)
    event.listen(Pool, "connect", lambda _, record: record.info.update(loop=_running_loop()))
    event.listen(Pool, "checkout", _check_out)
    event.listen(Engine, "before_cursor_execute", _check_use)
    event.listen(Engine, "after_cursor_execute", lambda connection, *_: _finished(connection))
    event.listen(Engine, "handle_error", lambda error: _finished(error.connection))


def _before_connect(
    dialect: object, record: Any, arguments: list[Any], options: dict[str, Any]
) -> None:
    database = str(arguments[0] if arguments else options.get("database"))
    if database.endswith(NO_DATABASE):
        refuse("no-database")
    if not any(made(arguments, options) for made in _made):
        refuse("foreign-database", place=database)
    if database in _reserved and not origin.in_background():
        refuse("second-connection")
    if record is not None:
        record.info["database"] = database


def _check_out(dbapi_connection: object, record: Any, proxy: object) -> None:
    database = record.info.get("database")
    if database in _reserved and not origin.in_background():
        refuse("second-connection")


def _check_use(connection: Connection, *statement: Any) -> None:
    if connection.info["loop"] is not _running_loop():
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
