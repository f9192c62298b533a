"""A stream without end is read by a client that waits for its end.

Says: The timeout came while GET /events was still sending its body.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient


@pytest.mark.timeout(2)
async def test_events(service: Any, async_client: AsyncClient) -> None:
    """Wait for the end of what has none."""

    @service.app.get("/events")
    async def events() -> StreamingResponse:
        async def ticks() -> AsyncIterator[str]:
            while True:
                yield "data: tick\n\n"
                await asyncio.sleep(0.05)

        return StreamingResponse(ticks(), media_type="text/event-stream")

    assert (await async_client.get("/events")).status_code == 200
