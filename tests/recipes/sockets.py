"""A WebSocket

`websocket(client, path)` opens a socket with the login of the client, on the tier of the test.
"""

from fastapi import WebSocket
from my_service.auth.dependencies import CurrentPrincipal


async def test_socket_knows_its_caller(service, websocket, client_as):
    @service.app.websocket("/whoami")
    async def whoami(socket: WebSocket, principal: CurrentPrincipal) -> None:
        await socket.accept()
        await socket.send_text(principal.role)

    async with websocket(client_as("editor"), "/whoami") as socket:
        assert await socket.recv() == "editor"
