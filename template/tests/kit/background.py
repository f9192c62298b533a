"""Where the tasks that a lifespan starts do their work: pollers, schedulers, consumers.

They are no part of any test: what they read and write, and when, would change from run to run. So
they have a database of their own, with real commits, unless a test is marked `background_work`.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, PoolProxiedConnection, make_url
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
        """Return the engine for background work."""
        if self.engine is None or engine.url.database in {self._database, *self._real}:
            return engine
        noticed.add("background-work")
        return self.engine.execution_options(**engine.get_execution_options())


background = Background()


def pytest_configure(config: pytest.Config) -> None:
    """Know the tasks of every lifespan, whoever runs it, and where their connections lead."""
    config.addinivalue_line(
        "markers",
        f"{MARK}: the tasks that the lifespan starts work on the isolated database of the test",
    )
    patch = pytest.MonkeyPatch()
    run, connect = Router.lifespan, Engine.raw_connection

    async def lifespan(self: Router, *arguments: Any) -> None:
        origin.enter_lifespan()
        await run(self, *arguments)

    def raw_connection(engine: Engine) -> PoolProxiedConnection:
        return connect(background.engine_instead_of(engine) if origin.in_background() else engine)

    patch.setattr(Router, "lifespan", lifespan)
    patch.setattr(Engine, "raw_connection", raw_connection)
    config.add_cleanup(patch.undo)
