"""A test goes on with an object that the request has taken out of its session.

Says: Each request of the test empties `db_session`, so that the test reads what the service wrote
"""

from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from .rows import a_user


async def test_stale_object(async_client: AsyncClient, db_session: AsyncSession) -> None:
    """Refresh an object instead of loading it."""
    user = a_user()
    db_session.add(user)
    await db_session.commit()
    await async_client.get("/health/live")
    await db_session.refresh(user)
