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
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import sessionmaker

if TYPE_CHECKING:
    from .lifespan import Lifespan
    from .service import ServiceUnderTest

SessionMaker = async_sessionmaker[Any] | sessionmaker[Any] | type[AsyncSession]
"""What makes sessions: a session maker, or the class itself where the service calls that."""

NO_DATABASE = "no-database"
"""How the name of a database ends that is none."""


class Database(Protocol):
    """What opens the sessions of the service. Tests put their own transaction behind it."""

    @property
    def engine(self) -> AsyncEngine:
        """The engine of the application."""
        ...

    @property
    def session_makers(self) -> Iterable[SessionMaker]:
        """Everything that makes sessions on this engine."""
        ...


class Credential(Protocol):
    """What a client sends to say who it is."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of each request."""
        ...

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies of each request."""
        ...


class Adapter(Protocol):
    """How the tests start the service. Subclass it; what has a default is optional."""

    package: str
    """The package of the service: the code that must not block the event loop."""

    no_database_url: str
    """A URL whose database is named `no-database`. Its driver says which server the tests use."""

    may_block: Mapping[str, Set[str]] = {}
    """Functions that may block the event loop, by the end of the path of their file."""

    one_application: bool = False
    """Whether each process has one application, or one engine: what modules make at import.

    The tests of the other tiers then stop it and start it again on a database of their own.
    """

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

    async def users(self, service: ServiceUnderTest) -> Mapping[str, Any]:
        """Create a user for each role, and return their credentials: for `client_as`.

        Each is a `Credential`, and may know more of its user.
        """
        raise pytest.UsageError("tests/adapter.py makes no users: write the method `users()`.")

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
    """Return the `adapter` of the module `adapter` beside the kit.

    Raises:
        UsageError: there is none, or it cannot be imported, or it is no adapter.
    """
    name = f"{__name__.removesuffix('.kit.adapter')}.adapter"
    try:
        found = import_module(name).adapter
    except Exception as error:  # whatever a module of the service raises when it is imported
        raise pytest.UsageError(
            f"The kit needs {name}, with an `adapter` that subclasses kit.adapter.Adapter: "
            f"{type(error).__name__}: {error}"
        ) from error
    if Adapter not in type(found).__mro__:
        raise pytest.UsageError(f"{name}: `adapter` is no kit.adapter.Adapter, it is {found!r}.")
    adapter: Adapter = found
    for attribute in ("package", "no_database_url"):
        if not isinstance(getattr(adapter, attribute, None), str):
            raise pytest.UsageError(f"{name}: the adapter needs `{attribute}`, a text.")
    _refuse_url(name, adapter.no_database_url)
    return adapter


def _refuse_url(name: str, text: str) -> None:
    """Refuse a URL without an asynchronous driver, and one that names a database."""
    try:
        url = make_url(text)
        is_async = url.get_dialect().get_async_dialect_cls(url).is_async
    except (ArgumentError, ImportError) as error:
        raise pytest.UsageError(f"{name}: `no_database_url` is no URL: {error}") from error
    if not is_async:
        raise pytest.UsageError(
            f"{name}: `no_database_url` needs an asynchronous driver, such as sqlite+aiosqlite, "
            f"postgresql+asyncpg or postgresql+psycopg: {url.drivername} is not."
        )
    if not str(url.database).endswith(NO_DATABASE):
        raise pytest.UsageError(
            f"{name}: `no_database_url` names no database of anybody's: end it with /{NO_DATABASE}."
        )


def checked_app(app: object) -> FastAPI:
    """Return what the adapter made, if it is an application."""
    if not isinstance(app, FastAPI):
        raise pytest.UsageError(
            f"tests/adapter.py: create_app() must return a FastAPI, not {app!r}."
        )
    return app


def checked_database(database: Any, url: str) -> Any:
    """Return what the adapter found, if it opens sessions on the database of a URL."""
    where = "tests/adapter.py: database() must return"
    engine = getattr(database, "engine", None)
    if not isinstance(engine, AsyncEngine):
        raise pytest.UsageError(
            f"{where} an object whose `engine` is an AsyncEngine, not {engine!r}."
        )
    makers = list(getattr(database, "session_makers", ()))
    if not makers or not all(map(_makes_sessions, makers)):
        raise pytest.UsageError(
            f"{where} an object whose `session_makers` are those of AsyncSession, not {makers!r}."
        )
    if engine.url.database != make_url(url).database:
        raise pytest.UsageError(
            f"tests/adapter.py: the application uses the database {engine.url.database!r}, and not "
            "the one whose URL create_app() was given."
        )
    return database


def _makes_sessions(maker: Any) -> bool:
    kind = maker if isinstance(maker, type) else getattr(maker, "class_", object)
    return isinstance(kind, type) and issubclass(kind, AsyncSession)
