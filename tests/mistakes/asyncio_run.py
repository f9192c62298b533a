"""A helper calls asyncio.run(), and an asynchronous test calls the helper.

Says: An event loop was started inside the event loop of the tests.
"""

import asyncio


async def answer() -> int:
    """Take a turn of the loop."""
    await asyncio.sleep(0)
    return 42


async def test_loop_within_a_loop() -> None:
    """Start a loop in the loop."""
    assert asyncio.run(answer()) == 42
