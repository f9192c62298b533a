"""A WebSocket is opened with a method that the client does not have.

Says: A client of httpx2 was asked for a WebSocket.
"""

from typing import Any

from httpx2 import AsyncClient


async def test_socket_of_the_client(async_client: AsyncClient) -> None:
    """Open it as with Starlette's TestClient."""
    client: Any = async_client
    async with client.websocket_connect("/ticks"):
        pass
