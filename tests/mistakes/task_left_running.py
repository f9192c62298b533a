"""A task goes on when its test is over.

Says: The test left tasks running: heartbeat (sleep, started at tests/mistakes/
"""

import asyncio


async def test_task_goes_on() -> None:
    """Start what nobody ends."""
    asyncio.create_task(asyncio.sleep(60), name="heartbeat")  # noqa: RUF006 - the mistake
    await asyncio.sleep(0)
