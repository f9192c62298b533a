"""The cookie of a session."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Response

from ...settings import Environment, Settings

# The prefix makes browsers insist on Secure and Path=/ and refuse Domain: no other host, not
# even a sibling, can set or overwrite this cookie.
NAME = "__Host-session"
NAME_WITHOUT_TLS = "session"


class SessionCookie:
    """Reads, sets and clears the cookie of one request."""

    def __init__(self, request: Request) -> None:
        settings: Settings = request.app.state.settings
        # A developer's browser on plain http would drop a Secure cookie.
        self._secure = not (
            settings.environment is Environment.DEVELOPMENT and request.url.scheme == "http"
        )
        self._name = NAME if self._secure else NAME_WITHOUT_TLS
        self.secret = request.cookies.get(self._name)

    def set(self, response: Response, secret: str, *, lifetime: timedelta) -> None:
        """Give the browser a new cookie."""
        response.set_cookie(
            self._name,
            secret,
            max_age=int(lifetime.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        """Take the cookie from the browser: with the attributes it was set with."""
        response.delete_cookie(self._name, secure=self._secure, httponly=True, samesite="lax")


SessionCookieDep = Annotated[SessionCookie, Depends(SessionCookie)]
