"""All SQL about sessions."""

from datetime import datetime
from logging import INFO

from sqlalchemy import ColumnElement, delete, or_, select, update

from ...core.pagination import Paging, Rows, Sort
from ...db.repository import Repository
from ...users.models import User
from ..events import note
from .lifetime import Lifetime
from .models import LoginSession

NEWEST_FIRST = Sort(LoginSession, "-id")


class SessionRepository(Repository[LoginSession]):
    """Finds and stores sessions within one database session."""

    async def find(self, token_hash: str) -> tuple[LoginSession, User] | None:
        """Return the session with this hash, expired or not, and its user."""
        statement = (
            select(LoginSession, User)
            .join(User, User.id == LoginSession.user_id)
            .where(LoginSession.token_hash == token_hash)
        )
        row = (await self._session.execute(statement)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def get(self, session_id: int, *, user_id: int) -> LoginSession | None:
        """Return a session of this user."""
        statement = select(LoginSession).where(
            LoginSession.id == session_id, LoginSession.user_id == user_id
        )
        return await self._one(statement)

    async def page(
        self, user_id: int, lifetime: Lifetime, paging: Paging, *, now: datetime
    ) -> Rows[LoginSession]:
        """Return one page of the sessions of this user that have not expired."""
        statement = select(LoginSession).where(~_expired(lifetime, now))
        return await self._page(statement, NEWEST_FIRST, paging, user_id=user_id)

    async def touch(self, session_id: int, *, now: datetime) -> None:
        """Note that a session is in use."""
        await self._session.execute(
            update(LoginSession)
            .where(LoginSession.id == session_id, LoginSession.last_seen_at < now)
            .values(last_seen_at=now)
        )

    async def end(self, session_id: int) -> None:
        """End one session."""
        await self._session.execute(delete(LoginSession).where(LoginSession.id == session_id))

    async def delete_by_hash(self, token_hash: str) -> None:
        """End the session of one cookie, if there is one."""
        await self._session.execute(
            delete(LoginSession).where(LoginSession.token_hash == token_hash)
        )

    async def end_all(self, user: User) -> None:
        """End every session of a user."""
        ended = delete(LoginSession).filter_by(user_id=user.id).returning(LoginSession.id)
        if ids := (await self._session.scalars(ended)).all():
            note(self._session, INFO, "logins.ended", user_id=user.id, number=len(ids))

    async def delete_expired(self, user_id: int, lifetime: Lifetime, *, now: datetime) -> None:
        """Remove the sessions of a user that nobody can use any more."""
        await self._session.execute(
            delete(LoginSession).where(LoginSession.user_id == user_id, _expired(lifetime, now))
        )


def _expired(lifetime: Lifetime, now: datetime) -> ColumnElement[bool]:
    return or_(LoginSession.expires_at <= now, LoginSession.last_seen_at <= now - lifetime.idle)
