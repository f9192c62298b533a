"""The session is overridden with one on an engine of the test's own.

Says: was served with an engine that the test made, at tests/mistakes/
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient
from my_service.db.session import SessionDep, get_session
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine


async def test_session_of_another_engine(
    service: Any,
    async_client: AsyncClient,
    databases: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Test connections that production does not have."""

    @service.app.get("/one")
    async def one(session: SessionDep) -> None:
        await session.execute(text("SELECT 1"))

    async with databases.new() as url:
        engine = create_async_engine(url)

        async def own_session() -> AsyncIterator[AsyncSession]:
            async with AsyncSession(engine) as session:
                yield session

        monkeypatch.setitem(service.app.dependency_overrides, get_session, own_session)
        try:
            await async_client.get("/one")
        finally:
            await engine.dispose()
