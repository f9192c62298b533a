"""The header that carries an access token."""

from fastapi.security import OAuth2PasswordBearer
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection


class BearerToken(OAuth2PasswordBearer):
    """The access token of a request, or of the handshake of a WebSocket."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the token in the header Authorization, or None without one."""
        scheme, token = get_authorization_scheme_param(request.headers.get("Authorization"))
        return token if scheme.lower() == "bearer" else None


# For the OpenAPI document, and the button Authorize of the docs page.
scheme = BearerToken(
    tokenUrl="/api/v1/auth/login",
    refreshUrl="/api/v1/auth/refresh",
    scheme_name="OAuth2PasswordBearer",
    auto_error=False,
)
