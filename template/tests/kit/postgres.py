"""Creates Postgres databases for tests, cloned from one that the migrations made.

The server is the one that TEST_DATABASE_URL names, else one that the adapter starts for this run.
On a server that is somebody's, the suite touches only the databases that it creates.
"""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from itertools import count
from typing import Any, NoReturn

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from .adapter import Adapter, load_adapter
from .guards.connections import allow, database_of
from .refusal import give_up

# A run that is alive has a connection with the name that its databases begin with.
LEFTOVERS = text(r"""
    SELECT datname FROM pg_database
    WHERE starts_with(datname, :prefix) AND pg_get_userbyid(datdba) = current_user
    AND regexp_replace(datname, '_\d+$', '') NOT IN (SELECT application_name FROM pg_stat_activity)
""")


def is_postgres(adapter: Adapter) -> bool:
    """Return whether the service runs on Postgres."""
    return make_url(adapter.no_database_url).get_backend_name() == "postgresql"


class PostgresDatabases:
    """Creates databases on one server."""

    def __init__(self, adapter: Adapter, server: str) -> None:
        self._adapter = adapter
        self._prefix = f"{adapter.package}_test_"
        self._run = self._prefix + secrets.token_hex(4)
        self._number = count()
        self._template = f"{self._run}_{next(self._number)}"
        try:
            self._admin = adapter.postgres_engine(
                server,
                isolation_level="AUTOCOMMIT",
                connect_args=_named(adapter, self._run),
            )
        except ValueError as error:
            _give_up(error)

    @asynccontextmanager
    async def new(self, *, migrated: bool = True) -> AsyncIterator[str]:
        """Return the URL of a new database, without tables unless `migrated`."""
        name = f"{self._run}_{next(self._number)}"
        await self._clone(self._template if migrated else "template0", name)
        try:
            yield self._url(name)
        finally:
            await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def open(self) -> None:
        """Create the database that the others are cloned from."""
        allow(self._is_own)
        try:
            await self._drop_leftovers()
            await self._clone("template0", self._template)
        except (OSError, SQLAlchemyError) as error:
            _give_up(getattr(error, "orig", None) or error.__cause__ or error)
        engine = self._adapter.create_engine(self._url(self._template))
        await self._adapter.migrate(engine)
        await engine.dispose()

    async def close(self) -> None:
        """Drop it."""
        await self._execute(f"DROP DATABASE {self._template} WITH (FORCE)")
        await self._admin.dispose()

    def _is_own(self, arguments: list[Any], options: dict[str, Any]) -> bool:
        """Return whether a connection leads to a database of this run, or creates them."""
        named = {**options, **options.get("server_settings", {})}
        is_admin = named.get("application_name") == self._run
        return is_admin or database_of(arguments, options).startswith(self._run)

    async def _drop_leftovers(self) -> None:
        """Drop what runs that were killed left on the server."""
        prefix = {"prefix": self._prefix}
        async with self._admin.connect() as connection:
            # One process at a time; the lock goes with the connection, if not before.
            await connection.execute(text("SELECT pg_advisory_lock(hashtext(:prefix))"), prefix)
            for name in (await connection.scalars(LEFTOVERS, prefix)).all():
                await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            await connection.execute(text("SELECT pg_advisory_unlock_all()"))

    async def _clone(self, template: str, name: str) -> None:
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")

    async def _execute(self, statement: str) -> None:
        async with self._admin.connect() as connection:
            await connection.execute(text(statement))

    def _url(self, name: str) -> str:
        return self._admin.url.set(database=name).render_as_string(hide_password=False)


def _named(adapter: Adapter, name: str) -> dict[str, Any]:
    """Return the argument with which the driver names a connection."""
    settings = {"application_name": name}
    is_asyncpg = make_url(adapter.no_database_url).drivername == "postgresql+asyncpg"
    return {"server_settings": settings} if is_asyncpg else settings


def _give_up(reason: BaseException) -> NoReturn:
    give_up(
        f"The tests cannot create databases on the server of TEST_DATABASE_URL: {reason}. "
        "Name a server on which its role has CREATEDB, or unset the variable."
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Start one server for all workers of xdist, which inherit its URL."""
    if is_postgres(load_adapter()) and not os.environ.get("TEST_DATABASE_URL"):
        stack = ExitStack()
        config.add_cleanup(stack.close)
        os.environ["TEST_DATABASE_URL"] = server_url(stack)


def server_url(stack: ExitStack) -> str:
    """Return the URL of the server; one that is started for it stops when the stack closes."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    try:
        return stack.enter_context(load_adapter().postgres_server())
    except RuntimeError as error:
        pytest.exit(str(error), returncode=1)
