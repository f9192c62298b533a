"""Finds the session of a request's cookie."""

from datetime import datetime

import structlog
from fastapi import BackgroundTasks
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from ...auth.errors import Unauthenticated
from ...auth.principal import Principal, Role
from ...auth.secret import digest
from ...core.clock import Clock
from ...core.state import state_of
from ...db.session import Database, is_safe
from ...settings import Settings
from .cookies import SessionCookie
from .lifetime import Lifetime
from .origin import require_own_origin
from .repository import SessionRepository

log = structlog.get_logger("security")


async def authenticate(
    connection: HTTPConnection, session: AsyncSession, after_response: BackgroundTasks
) -> Principal:
    """Return the caller whose session the cookie names.

    Raise `Unauthenticated`, or `Forbidden` if a page of another site sent the cookie.
    """
    state = state_of(connection.scope)
    settings, now = state[Settings], state[Clock].now()
    secret = SessionCookie(connection, settings).secret
    if secret is None:
        raise Unauthenticated
    if not is_safe(connection):
        await require_own_origin(connection, settings)
    found = await SessionRepository(session).find(digest(secret))
    if found is None:
        raise Unauthenticated
    login, user = found
    database, lifetime = state[Database], Lifetime.of(settings)
    if lifetime.is_over(login, now):
        await session.rollback()  # this transaction ends here; the one that deletes is its own
        async with database.session() as own, own.begin():
            await SessionRepository(own).delete_by_hash(digest(secret))
        raise Unauthenticated
    if not user.is_active:
        raise Unauthenticated
    if lifetime.should_touch(login, now):
        after_response.add_task(touch, database, login.id, now)
    is_recent = settings.is_recent_login(login.created_at, now)
    return Principal(user.id, Role(user.role), login.id, full_access=is_recent)


async def touch(database: Database, session_id: int, now: datetime) -> None:
    """Note that a session is in use: after the response, so that no request waits for it."""
    try:
        async with database.session() as session, session.begin():
            await SessionRepository(session).touch(session_id, now=now)
    except SQLAlchemyError:
        log.warning("session.not_touched", session=session_id, exc_info=True)
