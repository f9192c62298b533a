"""The SQL that logins of every style share."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ..users.models import User


class AccountRepository:
    """Finds the users whose logins begin, end or change."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, user_id: int) -> User | None:
        """Give the user as it is now; others that lock it wait until this transaction ends.

        Logins begin and end behind this lock: none begins unseen while all of them end.
        """
        statement = select(User).where(User.id == user_id).with_for_update()
        statement = statement.execution_options(populate_existing=True)
        return (await self._session.scalars(statement)).one_or_none()

    async def save(self) -> None:
        """Write what was changed about users that came from here."""
        await self._session.flush()
