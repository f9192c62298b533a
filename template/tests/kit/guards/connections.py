"""Refuses connections that would make tests lie, in the same words on every database.

Some drivers serve any event loop, and two tasks at once: a suite is green on one database and red
on another. And an engine made from the wrong settings writes to a database that is somebody's.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Pool, event

from ..refusal import refuse

NO_DATABASE = "no-database"
# Whether the arguments of a connection lead to a database that this suite created.
_made: list[Callable[[list[Any], dict[str, Any]], bool]] = []


def allow(made: Callable[[list[Any], dict[str, Any]], bool]) -> None:
    """Allow the connections for whose arguments `made` is true."""
    _made.append(made)


def pytest_configure(config: pytest.Config) -> None:
    """Watch every engine of the process, from before the first test module is imported."""
    event.listen(Engine, "do_connect", _refuse_foreign_database)
    event.listen(Pool, "connect", lambda _, record: record.info.update(loop=_running_loop()))
    event.listen(Engine, "before_cursor_execute", _check_use)
    event.listen(Engine, "after_cursor_execute", lambda connection, *_: _finished(connection))
    event.listen(Engine, "handle_error", lambda error: _finished(error.connection))


def _refuse_foreign_database(
    dialect: object, record: object, arguments: list[Any], options: dict[str, Any]
) -> None:
    place = str(arguments[0] if arguments else options.get("database"))
    if place.endswith(NO_DATABASE):
        refuse("no-database")
    if not any(made(arguments, options) for made in _made):
        refuse("foreign-database", place=place)


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
