"""An attribute is loaded from the database where nothing can wait for it.

Says: An attribute was loaded from the database outside of an `await`.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from .rows import a_user


async def test_expired_attribute(db_session: AsyncSession) -> None:
    """Read an attribute that has expired."""
    user = a_user()
    db_session.add(user)
    await db_session.commit()
    db_session.expire(user)
    assert user.name == "Ada"
