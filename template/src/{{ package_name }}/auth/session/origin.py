"""The defence against requests that another site makes a browser send, with its cookies.

Browsers say where a request comes from, in headers that no page can change. Whatever changes
something has to come from this service's own pages, or from an origin in `CORS_ORIGINS`.
"""

from fastapi import Request

from ...core.errors import Forbidden
from ...settings import Settings


def require_own_origin(request: Request) -> None:
    """Raise `Forbidden` unless the browser says that the request comes from here.

    Logging in is covered too: nobody shall be logged in to an account of somebody else's.
    """
    settings: Settings = request.app.state.settings
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if origin in settings.cors_origins:
        return
    if site is not None:
        own = site in {"same-origin", "none"}  # none: typed or clicked by the user, no page
    else:
        # Browsers of before 2023. The scheme may differ: a proxy that ends TLS hides it.
        own = origin is not None and origin.partition("://")[2] == request.headers.get("Host")
    if not own:
        raise Forbidden("This request has to come from the service's own origin.")
