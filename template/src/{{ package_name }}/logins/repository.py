"""The SQL that logins of every style share."""

from ..db.repository import Repository
from ..users.models import User


class AccountRepository(Repository[User]):
    """Finds the users whose logins begin, end or change."""

    async def lock(self, user_id: int) -> User | None:
        """Return the user as it is now; others that lock it wait until this transaction ends.

        Logins begin and end behind this lock: none begins unseen while all of them end.
        """
        return await self._session.get(User, user_id, with_for_update=True, populate_existing=True)
