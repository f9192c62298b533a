"""All SQL about API keys."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from ..core.pagination import Paging, Rows, Sort
from ..db.repository import Repository
from ..users.models import User
from .models import ApiKey

NEWEST_FIRST = Sort(ApiKey, "-id")


class ApiKeyRepository(Repository[ApiKey]):
    """Finds and stores keys within one session; where `owner_id` is given, keys of that user."""

    async def find(self, public_id: str) -> tuple[ApiKey, User] | None:
        """Return the key with this public id, usable or not, and its user."""
        statement = (
            select(ApiKey, User)
            .join(User, User.id == ApiKey.user_id)
            .where(ApiKey.public_id == public_id)
        )
        row = (await self._session.execute(statement)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def get(self, key_id: int, *, owner_id: int | None) -> ApiKey | None:
        """Return one key."""
        statement = select(ApiKey).where(ApiKey.id == key_id)
        if owner_id is not None:
            statement = statement.where(ApiKey.user_id == owner_id)
        return await self._one(statement)

    async def page(
        self, paging: Paging, *, owner_id: int | None, user_id: int | None = None
    ) -> Rows[ApiKey]:
        """Return one page of keys, those of `user_id` if that is given."""
        statement = select(ApiKey)
        if owner_id is not None:
            statement = statement.where(ApiKey.user_id == owner_id)
        return await self._page(statement, NEWEST_FIRST, paging, user_id=user_id)

    async def count_usable(self, owner_id: int, *, now: datetime) -> int:
        """Return how many keys of a user are good. Lock the user before, and that stays so."""
        usable = select(func.count(ApiKey.id)).where(_usable(owner_id, now))
        return await self._session.scalar(usable) or 0

    async def end_all(self, owner_id: int, *, now: datetime) -> None:
        """End every key of a user, one row after the other, so that each is seen to change."""
        for key in await self._session.scalars(select(ApiKey).where(_usable(owner_id, now))):
            key.revoked_at = now
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


def _usable(owner_id: int, now: datetime) -> ColumnElement[bool]:
    is_good = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)
    return and_(ApiKey.user_id == owner_id, ApiKey.revoked_at.is_(None), is_good)
