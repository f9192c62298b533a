"""All SQL about sessions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ...core.pagination import Sort, fetch_page
from ...users.models import User
from .lifetime import Lifetime
from .models import LoginSession

NEWEST_FIRST = Sort("-id", LoginSession.id, LoginSession.id, descending=True)


class SessionRepository:
    """Finds and stores sessions within one database session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, token_hash: str) -> tuple[LoginSession, User] | None:
        """Give the session with this hash, expired or not, and its user."""
        statement = (
            select(LoginSession, User)
            .join(User, User.id == LoginSession.user_id)
            .where(LoginSession.token_hash == token_hash)
        )
        row = (await self._session.execute(statement)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def get(self, session_id: int, *, user_id: int) -> LoginSession | None:
        """Give a session of this user."""
        statement = select(LoginSession).where(
            LoginSession.id == session_id, LoginSession.user_id == user_id
        )
        return (await self._session.scalars(statement)).one_or_none()

    async def page(
        self, user_id: int, lifetime: Lifetime, now: datetime, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[LoginSession], str | None]:
        """Give one page of the sessions of this user that have not expired."""
        statement = select(LoginSession).where(
            LoginSession.user_id == user_id, ~_expired(lifetime, now)
        )
        return await fetch_page(self._session, statement, NEWEST_FIRST, limit=limit, cursor=cursor)

    async def add(self, login: LoginSession) -> None:
        """Store a new session; it has an id afterwards."""
        self._session.add(login)
        await self._session.flush()

    async def touch(self, session_id: int, *, now: datetime) -> None:
        """Note that a session is in use."""
        await self._session.execute(
            update(LoginSession)
            .where(LoginSession.id == session_id, LoginSession.last_seen_at < now)
            .values(last_seen_at=now)
        )

    async def delete(self, session_id: int) -> None:
        """End one session."""
        await self._session.execute(delete(LoginSession).where(LoginSession.id == session_id))

    async def delete_by_hash(self, token_hash: str) -> None:
        """End the session of one cookie, if there is one."""
        await self._session.execute(
            delete(LoginSession).where(LoginSession.token_hash == token_hash)
        )

    async def end_all(self, user: User) -> None:
        """End every session of a user."""
        await self._session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))

    async def delete_expired(self, user_id: int, lifetime: Lifetime, *, now: datetime) -> None:
        """Remove the sessions of a user that nobody can use any more."""
        await self._session.execute(
            delete(LoginSession).where(
                and_(LoginSession.user_id == user_id, _expired(lifetime, now))
            )
        )


def _expired(lifetime: Lifetime, now: datetime) -> ColumnElement[bool]:
    return or_(LoginSession.expires_at <= now, LoginSession.last_seen_at <= now - lifetime.idle)
