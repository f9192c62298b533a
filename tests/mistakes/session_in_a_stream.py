"""A stream reads from the session of its request, on a server.

Says: used the session of GET /names after that had ended it: the response is made, or sent.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient, RemoteProtocolError
from my_service.db.session import SessionDep
from sqlalchemy import text


async def test_rows_of_a_stream(service: Any, live_client: AsyncClient) -> None:
    """Read while the body is sent."""

    @service.app.get("/names")
    async def names(session: SessionDep) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for name in await session.scalars(text("SELECT name FROM users")):
                yield name

        return StreamingResponse(lines())

    with suppress(RemoteProtocolError):
        await live_client.get("/names")
