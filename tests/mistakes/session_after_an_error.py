"""A session is used after an IntegrityError.

Says: A session was used after an error of the database, and before its rollback.
"""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from .rows import a_user


async def test_duplicate(db_session: AsyncSession) -> None:
    """Go on as if nothing had happened."""
    db_session.add_all([a_user(), a_user()])
    with pytest.raises(IntegrityError):
        await db_session.flush()
    db_session.add(a_user())
    await db_session.flush()
