"""All SQL about API keys."""

from datetime import datetime

from sqlalchemy import func, or_, select, update

from ..core.pagination import Paging, Rows, Sort
from ..db.repository import Repository
from ..users.models import User
from .models import ApiKey

NEWEST_FIRST = Sort(ApiKey, "-id")


class ApiKeyRepository(Repository[ApiKey]):
    """Finds and stores keys within one session; where `owner_id` is given, keys of that user."""

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
        return await self._one(statement)

    async def page(self, paging: Paging, *, owner_id: int | None) -> Rows[ApiKey]:
        """Give one page of keys and the cursor of the next."""
        return await self._page(select(ApiKey), NEWEST_FIRST, paging, user_id=owner_id)

    async def count_usable(self, owner_id: int, *, now: datetime) -> int:
        """Tell how many keys of a user are good."""
        statement = select(func.count(ApiKey.id)).where(
            ApiKey.user_id == owner_id,
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
        )
        return await self._session.scalar(statement) or 0

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
