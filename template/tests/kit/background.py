"""Where the tasks that a lifespan starts do their work: pollers, schedulers, consumers.

They are no part of any test: what they read and write, and when, would change from run to run. So
they have a database of their own, with real commits, unless a test is marked `background_work`.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, Pool, event, make_url
from sqlalchemy.exc import DisconnectionError
from starlette.routing import Router

from . import origin
from .adapter import load_adapter
from .refusal import noticed

MARK = "background_work"


class Background:
    """The database of the background work of every application in this process."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self._database = ""
        self._real: set[str] = set()

    @asynccontextmanager
    async def open(self, database_url: str) -> AsyncIterator[None]:
        """Use a database for background work until the block ends."""
        engine = load_adapter().create_engine(database_url)
        self.engine, self._database = engine.sync_engine, str(engine.url.database)
        try:
            yield
        finally:
            self.engine = None
            await engine.dispose()

    @contextmanager
    def real(self, database_url: str) -> Iterator[None]:
        """Let background work use the database of a test until the block ends."""
        database = str(make_url(database_url).database)
        self._real.add(database)
        try:
            yield
        finally:
            self._real.remove(database)

    def engine_instead_of(self, engine: Engine) -> Engine:
        """Return the engine for a session of background work."""
        if self.engine is None or engine.url.database in self._real:
            return engine
        noticed.add("background-work")
        return self.engine.execution_options(**engine.get_execution_options())

    def connect(self, arguments: list[Any], options: dict[str, Any], database: str) -> None:
        """Lead a connection that is opened past the sessions to the database of the background."""
        if self.engine is None or database in self._real or not origin.in_background():
            return
        noticed.add("background-work")
        if arguments:
            arguments[0] = self._database
        else:
            options["database"] = self._database

    def check_out(self, dbapi_connection: Any, record: Any, proxy: object) -> None:
        """Have the pool open another connection, if this one leads to the wrong database."""
        database = record.info.get("database")
        if self.engine is None or database is None or database in self._real:
            return
        if origin.in_background() != (database == self._database):
            raise DisconnectionError


background = Background()


def pytest_configure(config: pytest.Config) -> None:
    """Know the tasks of every lifespan, whoever runs it, and where their connections lead."""
    config.addinivalue_line(
        "markers",
        f"{MARK}: the tasks that the lifespan starts work on the isolated database of the test",
    )
    event.listen(Pool, "checkout", background.check_out)
    patch = pytest.MonkeyPatch()
    run = Router.lifespan

    async def lifespan(self: Router, *arguments: Any) -> None:
        origin.enter_lifespan()
        await run(self, *arguments)

    patch.setattr(Router, "lifespan", lifespan)
    config.add_cleanup(patch.undo)
