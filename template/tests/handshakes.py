"""The first words of a WebSocket, for the tests of who may open it."""

from httpx2 import AsyncClient
from websockets.exceptions import InvalidStatus

from .kit.service import ServiceUnderTest

OPENED = 101


async def handshake(service: ServiceUnderTest, client: AsyncClient, url: str) -> int:
    """Open a WebSocket and leave it; return 101, or the status of the refusal."""
    try:
        async with service.websocket(client, url):
            return OPENED
    except InvalidStatus as refused:
        return refused.response.status_code
