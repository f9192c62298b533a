"""The cookie of a session."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Response
from starlette.requests import HTTPConnection

from ...auth.cookie import NAME
from ...core.document import cookie_suffix
from ...dependencies import SettingsDep
from ...settings import Environment, Settings

NAME_WITHOUT_TLS = "session"


class SessionCookie:
    """Reads, sets and clears the cookie of one request."""

    def __init__(self, connection: HTTPConnection, settings: Settings) -> None:
        in_plain_text = connection.url.scheme in {"http", "ws"}
        # A developer's browser on plain http would drop a Secure cookie.
        self._secure = not (settings.environment is Environment.DEVELOPMENT and in_plain_text)
        name = NAME if self._secure else NAME_WITHOUT_TLS
        self._name = name + cookie_suffix(settings.root_path)
        self.secret = connection.cookies.get(self._name)

    def set(self, response: Response, secret: str, *, lifetime: timedelta) -> None:
        """Set the cookie."""
        response.set_cookie(
            self._name,
            secret,
            max_age=int(lifetime.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        """Delete the cookie, with the attributes it was set with."""
        response.delete_cookie(self._name, secure=self._secure, httponly=True, samesite="lax")


async def get_session_cookie(connection: HTTPConnection, settings: SettingsDep) -> SessionCookie:
    """Return the cookie of the request."""
    return SessionCookie(connection, settings)


SessionCookieDep = Annotated[SessionCookie, Depends(get_session_cookie)]
