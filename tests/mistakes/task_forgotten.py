"""A handler starts a task, and nobody waits for it.

Says: A task was started at tests/mistakes/test_task_forgotten.py
"""

import asyncio
from typing import Any

from httpx2 import AsyncClient


async def test_fire_and_forget(service: Any, async_client: AsyncClient) -> None:
    """Start what nobody looks at."""

    @service.app.post("/mails", status_code=202)
    async def send() -> None:
        asyncio.create_task(asyncio.sleep(0))  # noqa: RUF006 - the mistake

    assert (await async_client.post("/mails")).status_code == 202
