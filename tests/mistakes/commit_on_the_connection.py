"""A test commits on the connection instead of the session.

Says: Something would have ended the transaction that this test runs in.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from .rows import a_user


async def test_commit_on_the_connection(db_session: AsyncSession) -> None:
    """Write for good, past the savepoint of the session."""
    db_session.add(a_user())
    await db_session.flush()
    await (await db_session.connection()).commit()
