"""Finds the API key of a request."""

import hmac
from datetime import datetime, timedelta

import structlog
from fastapi import BackgroundTasks
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from ..auth.errors import Unauthenticated
from ..auth.key_header import HEADER
from ..auth.principal import Principal, Role
from ..auth.secret import digest
from ..core.clock import Clock
from ..core.state import state_of
from ..db.session import Database
from .format import parse
from .repository import ApiKeyRepository
from .scopes import require_scope

TOUCH_EVERY = timedelta(minutes=1)
NO_HASH = digest("")  # compared where there is no key: an unknown id costs as much as a known one

log = structlog.get_logger("security")


async def authenticate(
    connection: HTTPConnection, session: AsyncSession, after_response: BackgroundTasks
) -> Principal:
    """Return the user whose key the header X-API-Key holds.

    Raise `Unauthenticated`, or `Forbidden` if the key lacks the scope for this request.
    """
    offered = parse(connection.headers.get(HEADER, ""))
    if offered is None:
        raise Unauthenticated
    found = await ApiKeyRepository(session).find(offered.public_id)
    stored_hash = found[0].secret_hash if found is not None else NO_HASH
    if not hmac.compare_digest(stored_hash, digest(offered.secret)) or found is None:
        raise Unauthenticated
    key, user = found
    state = state_of(connection.scope)
    now = state[Clock].now()
    if not (key.is_usable(now) and user.is_active):
        raise Unauthenticated
    require_scope(connection, key.scope_set)
    if key.last_used_at is None or key.last_used_at <= now - TOUCH_EVERY:
        after_response.add_task(touch, state[Database], key.id, now)
    return Principal(user_id=user.id, role=Role(user.role), key_id=key.id, scopes=key.scope_set)


async def touch(database: Database, key_id: int, now: datetime) -> None:
    """Note that a key was used: after the response, so that no request waits for it."""
    try:
        async with database.session() as session, session.begin():
            await ApiKeyRepository(session).touch(key_id, now=now, unless_after=now - TOUCH_EVERY)
    except SQLAlchemyError:
        log.warning("api_key.not_touched", key_id=key_id, exc_info=True)
