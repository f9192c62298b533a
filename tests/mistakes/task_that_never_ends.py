"""A task that refuses to be cancelled is left behind.

Says: The test left tasks running: heartbeat (_heartbeat, started at tests/mistakes/
"""

import asyncio


async def test_task_never_ends() -> None:
    """Start what nobody can end."""
    asyncio.create_task(_heartbeat(), name="heartbeat")  # noqa: RUF006 - the mistake
    await asyncio.sleep(0)


async def _heartbeat() -> None:
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            continue
