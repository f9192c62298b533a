"""A task fails, and nobody asks what became of it.

Says: Nobody awaited what failed, so no test could fail of it.
"""

import asyncio


async def fail() -> None:
    """Fail at once."""
    raise ValueError("the mail server is down")


async def test_failure_in_the_background() -> None:
    """Pass, although the work failed."""
    asyncio.create_task(fail())  # noqa: RUF006 - the mistake
    await asyncio.sleep(0)
