"""All SQL about API keys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ..core.pagination import Sort, fetch_page
from ..users.models import User
from .models import ApiKey

NEWEST_FIRST = Sort("-id", ApiKey.id, ApiKey.id, descending=True)


class ApiKeyRepository:
    """Finds and stores keys within one session; where `owner_id` is given, keys of that user."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, public_id: str) -> tuple[ApiKey, User] | None:
        """Give the key with this public id, usable or not, and its user."""
        statement = (
            select(ApiKey, User)
            .join(User, User.id == ApiKey.user_id)
            .where(ApiKey.public_id == public_id)
        )
        row = (await self._session.execute(statement)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def get(self, key_id: int, *, owner_id: int | None) -> ApiKey | None:
        """Give one key."""
        statement = select(ApiKey).where(ApiKey.id == key_id)
        if owner_id is not None:
            statement = statement.where(ApiKey.user_id == owner_id)
        return (await self._session.scalars(statement)).one_or_none()

    async def page(
        self, *, owner_id: int | None, limit: int, cursor: str | None
    ) -> tuple[Sequence[ApiKey], str | None]:
        """Give one page of keys and the cursor of the next."""
        statement = select(ApiKey)
        if owner_id is not None:
            statement = statement.where(ApiKey.user_id == owner_id)
        return await fetch_page(self._session, statement, NEWEST_FIRST, limit=limit, cursor=cursor)

    async def count_usable(self, owner_id: int, *, now: datetime) -> int:
        """Tell how many keys of a user are good."""
        statement = (
            select(func.count())
            .select_from(ApiKey)
            .where(
                ApiKey.user_id == owner_id,
                ApiKey.revoked_at.is_(None),
                or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
            )
        )
        return await self._session.scalar(statement) or 0

    async def add(self, key: ApiKey) -> None:
        """Store a new key; it has an id afterwards."""
        self._session.add(key)
        await self._session.flush()

    async def save(self) -> None:
        """Write what was changed about keys that came from here."""
        await self._session.flush()

    async def touch(self, key_id: int, *, now: datetime, unless_after: datetime) -> None:
        """Note that a key was used, unless that was noted after `unless_after`."""
        await self._session.execute(
            update(ApiKey)
            .where(
                ApiKey.id == key_id,
                or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= unless_after),
            )
            .values(last_used_at=now)
        )
