"""All SQL about refresh tokens."""

from datetime import datetime
from logging import INFO

from sqlalchemy import delete, func, select, update

from ...db.repository import Repository
from ...users.models import User
from ..events import note
from .models import RefreshToken


class RefreshTokenRepository(Repository[RefreshToken]):
    """Finds and stores refresh tokens within one session."""

    async def user_of_login(self, user_id: int, family_id: str, *, now: datetime) -> User | None:
        """Return the user whose login has not ended: its family is there."""
        tokens = select(RefreshToken).filter_by(family_id=family_id, user_id=user_id)
        family = tokens.where(RefreshToken.expires_at > now).exists()
        return await self._one(select(User).where(User.id == user_id, family))

    async def find(self, token_hash: str) -> RefreshToken | None:
        """Return the token with this hash, spent or not."""
        return await self._one(select(RefreshToken).where(RefreshToken.token_hash == token_hash))

    async def spend(self, token_hash: str, *, now: datetime) -> bool:
        """Mark a token as used. False where it is used or gone: of two at once, one is first."""
        unused = update(RefreshToken).filter_by(token_hash=token_hash, used_at=None)
        spent = await self._session.scalars(unused.values(used_at=now).returning(RefreshToken.id))
        return spent.one_or_none() is not None

    async def is_repeated(self, token_hash: str, following: str, *, since: datetime) -> bool:
        """Return whether a token was used after `since`, and the one that follows it is unused."""
        used = select(RefreshToken.id).filter_by(token_hash=token_hash)
        used = used.where(RefreshToken.used_at > since)
        unused = select(RefreshToken.id).filter_by(token_hash=following, used_at=None)
        return await self._session.scalar(select(used.exists() & unused.exists())) or False

    async def began(self, family_id: str) -> datetime:
        """Return when a login began: its first token is kept as long as its last."""
        first = select(func.min(RefreshToken.created_at)).filter_by(family_id=family_id)
        return (await self._session.execute(first)).scalar_one()

    async def end_family(self, family_id: str) -> None:
        """End one login."""
        await self._session.execute(delete(RefreshToken).where(RefreshToken.family_id == family_id))

    async def end_all(self, user: User) -> None:
        """End every login of a user: its access tokens name a version that is no more."""
        user.token_version += 1
        await self._session.flush()
        ended = delete(RefreshToken).filter_by(user_id=user.id).returning(RefreshToken.family_id)
        if families := set(await self._session.scalars(ended)):
            note(self._session, INFO, "logins.ended", user_id=user.id, number=len(families))

    async def delete_expired(self, user_id: int, *, now: datetime) -> None:
        """Remove what is of no more use."""
        expired = delete(RefreshToken).where(RefreshToken.expires_at <= now)
        await self._session.execute(expired.filter_by(user_id=user_id))
