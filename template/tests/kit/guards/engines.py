"""Finds the engines and connections that a test made itself: left open, or behind the service."""

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Pool, event
from sqlalchemy.engine import base
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import greenlet_spawn

from .. import origin
from ..refusal import refuse

_made: list[tuple[Engine, str]] = []
"""The engines that the test made, and where."""

_taken: dict[Any, tuple[Any, str]] = {}
"""The connections that are checked out of a pool: by their record, and where."""


kept: set[Engine] = set()
"""The engines that must not be disposed of, as long as a test runs on them."""


def forget_engines() -> None:
    """Forget the engines that were made before the test: they belong to more than this one."""
    _made.clear()


class NotedEngine(Engine):
    """An engine of which it is known where it was made."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if origin.current_lifespan() is None:
            _made.append((self, origin.place()))

    def dispose(self, close: bool = True) -> None:
        """Close the connections. Refuse that for an engine which other tests need."""
        if self in kept:
            refuse("engine-disposed", place=origin.place())
        super().dispose(close)


def pytest_configure(config: pytest.Config) -> None:
    """Watch every engine and pool of the process."""
    patch = pytest.MonkeyPatch()
    patch.setattr(base, "Engine", NotedEngine)  # there create_engine() looks for it
    config.add_cleanup(patch.undo)
    event.listen(Engine, "before_cursor_execute", _refuse_in_request)
    event.listen(Pool, "checkout", _check_out)
    for name in ("checkin", "invalidate", "detach"):
        event.listen(Pool, name, _check_in)


def _check_out(dbapi_connection: object, record: Any, proxy: Any) -> None:
    if not origin.in_background():
        _taken[record] = (proxy, origin.place_outside("sqlalchemy"))


def _check_in(dbapi_connection: object, record: Any, *rest: object) -> None:
    _taken.pop(record, None)


def _refuse_in_request(connection: Connection, *statement: Any) -> None:
    request = origin.current_request.get()
    if request is None:
        return
    for engine, place in _made:
        if engine.pool is connection.engine.pool:
            refuse("own-engine", request=request.name, place=place)


async def refuse_connections_left(database: str) -> None:
    """Return back the connections to a database that are still checked out, and refuse that."""
    taken = [taken for record, taken in _taken.items() if record.info.get("database") == database]
    for proxy, _ in taken:
        await greenlet_spawn(proxy.close)
    if taken:
        refuse("connection-left", places=", ".join(place for _, place in taken))


async def refuse_engines_left() -> None:
    """Dispose of the engines that the test made and left with open connections; refuse that."""
    left = [place for engine, place in _made if await _had_connections(engine)]
    _made.clear()
    if left:
        refuse("engine-left", places=", ".join(left))


async def _had_connections(engine: Engine) -> bool:
    """Dispose of an engine. Return whether a connection was open."""
    closed: list[object] = []
    pool = engine.pool
    event.listen(pool, "close", lambda *connection: closed.append(connection))
    for proxy in [proxy for proxy, _ in _taken.values() if proxy._pool is pool]:
        await greenlet_spawn(proxy.close)
    if engine.dialect.is_async:
        await AsyncEngine(engine).dispose()
    else:
        engine.dispose()
    return bool(closed)
