"""Creates SQLite databases for tests: files, copied from one that the migrations made."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from .adapter import Adapter
from .guards.connections import allow


class SqliteDatabases:
    """Creates databases in one folder."""

    def __init__(self, adapter: Adapter, folder: str) -> None:
        self._adapter = adapter
        self._folder = Path(folder)
        self._template = self._folder / "template.db"
        self._number = count(1)

    @asynccontextmanager
    async def new(self, *, migrated: bool = True) -> AsyncIterator[str]:
        """Return the URL of a new database, without tables unless `migrated`."""
        path = self._folder / f"{next(self._number)}.db"
        if migrated:
            shutil.copyfile(self._template, path)
        try:
            yield self._url(path)
        finally:
            for file in self._folder.glob(f"{path.name}*"):  # and its -wal and -shm
                file.unlink(missing_ok=True)  # a connection that closes removes them too

    async def open(self) -> None:
        """Create the database that the others are copied from."""
        allow(self._is_own)
        engine = self._adapter.create_engine(self._url(self._template))
        await self._adapter.migrate(engine)
        await engine.dispose()

    async def close(self) -> None:
        """Leave the folder to pytest."""

    def _url(self, path: Path) -> str:
        url = make_url(self._adapter.no_database_url).set(database=str(path))
        return url.render_as_string(hide_password=False)

    def _is_own(self, arguments: list[Any], options: dict[str, Any]) -> bool:
        """Return whether a connection leads to a temporary file of this run, or to memory."""
        path = arguments[0]
        return path == ":memory:" or self._folder.parent in Path(path).absolute().parents
