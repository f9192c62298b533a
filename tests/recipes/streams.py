"""Answers without an end

Server-sent events are read as they come. Leaving the block tells the service that its client has
gone.
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse


async def test_events_arrive(service, async_client):
    async def ticks() -> AsyncIterator[str]:
        number = 0
        while True:
            yield f"data: {number}\n\n"
            number += 1
            await asyncio.sleep(0.01)

    @service.app.get("/ticks")
    async def events() -> StreamingResponse:
        return StreamingResponse(ticks(), media_type="text/event-stream")

    async with async_client.stream("GET", "/ticks") as response:
        lines = response.aiter_lines()
        assert await anext(lines) == "data: 0"
