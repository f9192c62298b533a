"""The tasks of a lifespan stay off the databases of tests, unless a test asks for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from fastapi import FastAPI
from my_service import main
from my_service.db.session import Database
from my_service.lifespan import lifespan
from my_service.users.models import User
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ..kit.databases import Databases
from ..kit.service import run_app
from .rows import a_user

COUNT = select(func.count()).select_from(User)


class Poller:
    """A task of the lifespan that counts the users, and what it counted."""

    def __init__(self) -> None:
        self.counted: asyncio.Queue[int] = asyncio.Queue()

    async def poll(self, database: Database) -> None:
        """Count by a session, then by a connection of the engine."""
        while True:
            async with database.session() as session, session.begin():
                self.counted.put_nowait(await session.scalar(COUNT) or 0)
            async with database.engine.connect() as connection:
                self.counted.put_nowait(await connection.scalar(COUNT) or 0)
            await asyncio.sleep(0.001)

    @asynccontextmanager
    async def lifespan(self, app: FastAPI, **options: Any) -> AsyncIterator[object]:
        """Poll as long as the application runs, and store a user at its startup."""
        async with lifespan(app, **options) as state:
            database = state["app"][Database]
            async with database.session() as session, session.begin():
                session.add(a_user())
            task = asyncio.create_task(self.poll(database))
            yield state
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def poller(monkeypatch: pytest.MonkeyPatch) -> Poller:
    """A poller in the lifespan of every application that a test starts."""
    poller = Poller()
    monkeypatch.setattr(main, "lifespan", poller.lifespan)
    return poller


async def test_background_work_has_a_database_of_its_own(
    poller: Poller, databases: Databases
) -> None:
    async with databases.new() as url, run_app(url) as app:
        counted = {await poller.counted.get() for _ in range(4)}
        async with app.database.session() as session:
            stored = await session.scalar(COUNT)

    assert (counted, stored) == ({0}, 1)


@pytest.mark.background_work
async def test_marked_test_has_it_on_its_own_database(
    poller: Poller, isolated_db: Database, isolated_db_session: AsyncSession
) -> None:
    counted = {await poller.counted.get() for _ in range(4)}

    assert counted == {1}
    assert await isolated_db_session.scalar(COUNT) == 1
