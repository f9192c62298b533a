"""The defence against requests that another site makes a browser send, with its cookies.

Browsers say where a request comes from, in headers that no page can change. Whatever changes
something, and every WebSocket, has to come from this service's own pages, or from an origin in
`CORS_ORIGINS`.
"""

from starlette.requests import HTTPConnection

from ...core.errors import Forbidden
from ...core.middleware import is_own_origin
from ...dependencies import SettingsDep


async def require_own_origin(connection: HTTPConnection, settings: SettingsDep) -> None:
    """Raise `Forbidden` unless the browser says that the request comes from here.

    Logging in is covered too: nobody shall be logged in to an account of somebody else's.
    """
    origin = connection.headers.get("Origin")
    site = connection.headers.get("Sec-Fetch-Site")
    if origin in settings.cors_origins:
        if site == "cross-site":  # such as localhost and 127.0.0.1
            raise Forbidden(
                "Browsers keep no session cookie of another site: call the service by the host "
                "name of the page."
            )
        return
    if site is not None:
        own = site in {"same-origin", "none"}  # none: typed or clicked by the user, no page
    else:
        own = is_own_origin(origin, connection.headers.get("Host"))  # browsers before 2023
    if not own:
        raise Forbidden("The header Origin has to name the service itself, or one of CORS_ORIGINS.")
