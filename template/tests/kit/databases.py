"""Creates databases for tests, copied from one that the project's own migrations made."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from .adapter import load_adapter
from .postgres import PostgresDatabases, is_postgres
from .sqlite import SqliteDatabases


class Databases(Protocol):
    """Creates databases. Every test process has its own."""

    def new(self, *, migrated: bool = True) -> AbstractAsyncContextManager[str]:
        """Return the URL of a new database, without tables unless `migrated`."""
        ...


@asynccontextmanager
async def open_databases(place: str) -> AsyncIterator[Databases]:
    """Create databases in a folder, or on the server of a URL, until the block ends."""
    adapter = load_adapter()
    kind = PostgresDatabases if is_postgres(adapter) else SqliteDatabases
    databases = kind(adapter, place)
    await databases.open()
    yield databases
    await databases.close()
