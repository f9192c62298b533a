"""All SQL about users."""

from sqlalchemy import func, select

from ..core.pagination import Paging, Rows, Sort
from ..db.repository import Repository
from .models import User

BY_ID = Sort(User, "id")


class UserRepository(Repository[User]):
    """Finds and stores users within one session."""

    async def get(self, user_id: int) -> User | None:
        """Give the user with this id."""
        return await self._session.get(User, user_id)

    async def get_by_email(self, email: str) -> User | None:
        """Give the user with this address, in lower case."""
        return await self._one(select(User).where(User.email == email))

    async def page(self, paging: Paging) -> Rows[User]:
        """Give one page of all users and the cursor of the next."""
        return await self._page(select(User), BY_ID, paging)

    async def count_active(self) -> int:
        """Tell how many users are active."""
        return await self._session.scalar(select(func.count(User.id)).where(User.is_active)) or 0
