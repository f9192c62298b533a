"""The header that carries an API key."""

from fastapi.security import APIKeyHeader
from starlette.requests import HTTPConnection

HEADER = "X-API-Key"


class KeyHeader(APIKeyHeader):
    """The API key of a request, or of the handshake of a WebSocket."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the value of the header, or None without one."""
        return request.headers.get(self.model.name)


# For the OpenAPI document, and the button Authorize of the docs page.
scheme = KeyHeader(name=HEADER, scheme_name="APIKeyHeader", auto_error=False)
