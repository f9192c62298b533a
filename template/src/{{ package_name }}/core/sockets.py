"""Errors of a WebSocket."""

from http import HTTPStatus
from typing import TypeGuard

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

POLICY_VIOLATION, INTERNAL_ERROR, TRY_AGAIN_LATER = 1008, 1011, 1013
MAX_REASON = 123  # bytes, by RFC 6455


def is_open_socket(connection: HTTPConnection) -> TypeGuard[WebSocket]:
    """Return whether this is a WebSocket that has been accepted: no response can follow."""
    return (
        isinstance(connection, WebSocket)
        and connection.application_state is not WebSocketState.CONNECTING
    )


async def close(socket: WebSocket, status: int, detail: str | None) -> None:
    """Close an open WebSocket with the code that comes nearest to an HTTP status."""
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        code = TRY_AGAIN_LATER
    else:
        code = POLICY_VIOLATION if status < 500 else INTERNAL_ERROR
    reason = (detail or HTTPStatus(status).phrase).encode()[:MAX_REASON]
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close(code, reason.decode(errors="ignore"))


async def disconnected(socket: WebSocket, error: WebSocketDisconnect) -> None:
    """Do nothing: an endpoint that reads from a WebSocket until it is closed ends like this."""
