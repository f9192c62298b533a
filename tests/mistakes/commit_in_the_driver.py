"""A test commits on the connection of the driver, past SQLAlchemy.

Says: Something would have ended the transaction that this test runs in.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from .rows import a_user


async def test_commit_in_the_driver(db_session: AsyncSession) -> None:
    """Write for good, where nothing can refuse it."""
    db_session.add(a_user())
    await db_session.flush()
    connection = await (await db_session.connection()).get_raw_connection()
    await connection.driver_connection.execute("COMMIT")
