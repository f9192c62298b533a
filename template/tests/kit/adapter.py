"""What the kit asks of a service. `tests/adapter.py` answers it: the one file that knows both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from fastapi import FastAPI
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

if TYPE_CHECKING:
    from .lifespan import Lifespan


class Database(Protocol):
    """What opens the sessions of the service. Tests put their own transaction behind it."""

    @property
    def engine(self) -> AsyncEngine:
        """The engine of the application."""
        ...

    @property
    def session_makers(self) -> Iterable[async_sessionmaker[AsyncSession]]:
        """Everything that makes sessions on this engine."""
        ...


class Adapter(Protocol):
    """How the tests start the service. Subclass it; what has a default is optional."""

    package: str
    """The package of the service: the code that must not block the event loop."""

    no_database_url: str
    """A URL whose database is named `no-database`. Its driver says which server the tests use."""

    may_block: Mapping[str, Set[str]] = {}
    """Functions that may block the event loop, by the end of the path of their file."""

    def create_app(self, database_url: str, **settings: Any) -> FastAPI:
        """Return the application for this database, with some settings changed."""
        ...

    def create_engine(self, database_url: str) -> AsyncEngine:
        """Return an engine with the options that the service gives to its own."""
        return create_async_engine(database_url)

    async def migrate(self, engine: AsyncEngine) -> None:
        """Create the schema in an empty database, as a deployment does."""

    def database(self, running: Lifespan) -> Database:
        """Return what opens the sessions of a running application."""
        ...

    def replaceable(self, running: Lifespan) -> Sequence[Any]:
        """Return the mappings in which the application keeps what `override` may replace."""
        return [running.state, running.app.state]

    def reset(self, running: Lifespan) -> None:
        """Reset what no transaction rolls back before each test: counters in memory, caches."""
        return

    def postgres_engine(self, url: str, **options: Any) -> AsyncEngine:
        """Return an engine on the server that `TEST_DATABASE_URL` names, with SQLAlchemy's options.

        Override it if the service reads addresses that SQLAlchemy does not, as hosting prints them.
        """
        driver = make_url(self.no_database_url).drivername
        return create_async_engine(make_url(url).set(drivername=driver), **options)

    def postgres_server(self) -> AbstractContextManager[str]:
        """Start a server for one run and return its URL; it stops when the block ends.

        Used where `TEST_DATABASE_URL` names none. Raise `RuntimeError` if it cannot start.
        """
        raise RuntimeError(
            "There is no PostgreSQL for the tests: set TEST_DATABASE_URL to a server on which "
            "they may create databases."
        )


@cache
def load_adapter() -> Adapter:
    """Return the `adapter` of the module `adapter` beside the kit."""
    name = f"{__name__.removesuffix('.kit.adapter')}.adapter"
    try:
        adapter: Adapter = import_module(name).adapter
    except (ModuleNotFoundError, AttributeError) as error:
        raise pytest.UsageError(
            f"The kit needs {name}, with an `adapter` that subclasses kit.adapter.Adapter: {error}"
        ) from error
    return adapter
