"""All SQL about users."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ..core.pagination import Sort, fetch_page
from .models import User

BY_ID = Sort("id", User.id, User.id)


class UserRepository:
    """Finds and stores users within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, user_id: int) -> User | None:
        """Give the user with this id."""
        return await self._session.get(User, user_id)

    async def get_by_email(self, email: str) -> User | None:
        """Give the user with this address, in lower case."""
        return (await self._session.scalars(select(User).where(User.email == email))).one_or_none()

    async def page(self, *, limit: int, cursor: str | None) -> tuple[Sequence[User], str | None]:
        """Give one page of all users and the cursor of the next."""
        return await fetch_page(self._session, select(User), BY_ID, limit=limit, cursor=cursor)

    async def count_active(self) -> int:
        """Tell how many users are active."""
        statement = select(func.count()).select_from(User).where(User.is_active)
        return await self._session.scalar(statement) or 0

    async def add(self, user: User) -> None:
        """Store a new user; it has an id afterwards."""
        self._session.add(user)
        await self._session.flush()

    async def save(self) -> None:
        """Write what was changed about users that came from here."""
        await self._session.flush()

    async def delete(self, user: User) -> None:
        """Remove a user, and what belongs to it."""
        await self._session.delete(user)
        await self._session.flush()
