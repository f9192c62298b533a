"""What comes after a mistake, and has nothing to do with it."""

from httpx2 import AsyncClient
from my_service.documents.models import Document
from my_service.users.models import User
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def test_the_next_test_is_unharmed(
    async_client: AsyncClient, db_session: AsyncSession
) -> None:
    """The service answers, and no row was left."""
    assert (await async_client.get("/health/ready")).status_code == 200
    for model in (User, Document):
        assert await db_session.scalar(select(func.count()).select_from(model)) == 0
