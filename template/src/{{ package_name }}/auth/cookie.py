"""The cookie that carries a session."""

from fastapi.security import APIKeyCookie
from starlette.requests import HTTPConnection

# The prefix makes browsers insist on Secure and Path=/ and refuse Domain: no other host, not
# even a sibling, can set or overwrite this cookie.
NAME = "__Host-session"


class Cookie(APIKeyCookie):
    """The cookie of a request, or of the handshake of a WebSocket."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the value of the cookie, or None without one."""
        return request.cookies.get(self.model.name)


# For the OpenAPI document. The docs page needs no Authorize: log in there, the browser has it.
scheme = Cookie(name=NAME, scheme_name="APIKeyCookie", auto_error=False)
