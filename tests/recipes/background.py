"""Work after the response

A background task opens a session of its own. It has run when the client has its response.
"""

from fastapi import BackgroundTasks
from my_service.db.session import DatabaseDep
from my_service.users.models import User
from sqlalchemy import select, update


async def test_welcome_is_written(service, async_client, db_session, test_user):
    @service.app.post("/welcome", status_code=202)
    async def welcome(database: DatabaseDep, tasks: BackgroundTasks) -> None:
        async def work() -> None:
            async with database.session() as session, session.begin():
                await session.execute(update(User).values(name="welcome"))

        tasks.add_task(work)

    assert (await async_client.post("/welcome")).status_code == 202
    names = await db_session.scalars(select(User.name).where(User.id == test_user.id))
    assert names.one() == "welcome"
