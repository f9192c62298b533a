"""Reads the access token of a request."""

from fastapi import BackgroundTasks, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from ..errors import Unauthenticated
from ..principal import Principal, Role
from .repository import RefreshTokenRepository
from .tokens import AccessTokens

# For the OpenAPI document, and the button Authorize of the docs page.
scheme = OAuth2PasswordBearer(
    tokenUrl="/api/v1/auth/login", refreshUrl="/api/v1/auth/refresh", auto_error=False
)


async def authenticate(
    request: Request, session: AsyncSession, after_response: BackgroundTasks
) -> Principal:
    """Give the caller that the header Authorization names.

    The user's row has the last word: an access token ends with its login, its user, or the
    user's token version. Raises `Unauthenticated`.
    """
    token = await scheme(request)
    if not token:
        raise Unauthenticated
    settings, clock = request.app.state.settings, request.app.state.clock
    claims = AccessTokens(settings, clock).read(token)
    logins = RefreshTokenRepository(session)
    user = await logins.user_of_login(claims.user_id, claims.login_id, now=clock.now())
    if user is None or not user.is_active or user.token_version != claims.token_version:
        raise Unauthenticated
    return Principal(user_id=user.id, role=Role(user.role), login_id=claims.login_id)
