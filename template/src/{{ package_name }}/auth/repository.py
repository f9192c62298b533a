"""The SQL that logins of every style share."""

from sqlalchemy import select

from ..db.repository import Repository
from ..users.models import User


class AccountRepository(Repository[User]):
    """Finds the users whose logins begin, end or change."""

    async def lock(self, user_id: int) -> User | None:
        """Give the user as it is now; others that lock it wait until this transaction ends.

        Logins begin and end behind this lock: none begins unseen while all of them end.
        """
        statement = select(User).where(User.id == user_id).with_for_update()
        statement = statement.execution_options(populate_existing=True)
        return await self._one(statement)
