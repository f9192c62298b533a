"""A background task goes on with the session of its request.

Says: used the session of POST /welcome after that had ended it: the response is made, or sent.
"""

from typing import Any

from fastapi import BackgroundTasks
from httpx2 import AsyncClient
from my_service.db.session import SessionDep
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def test_work_after_the_response(service: Any, async_client: AsyncClient) -> None:
    """Write when the request is over."""

    async def welcome(session: AsyncSession) -> None:
        await session.execute(text("UPDATE users SET name = 'welcome'"))

    @service.app.post("/welcome", status_code=202)
    async def start(session: SessionDep, tasks: BackgroundTasks) -> None:
        tasks.add_task(welcome, session)

    assert (await async_client.post("/welcome")).status_code == 202
