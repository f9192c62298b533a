"""A test commits with a statement of its own.

Says: Something would have ended the transaction that this test runs in.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from .rows import a_user


async def test_commit_in_sql(db_session: AsyncSession) -> None:
    """Write for good."""
    db_session.add(a_user())
    await db_session.flush()
    await db_session.execute(text("COMMIT"))
