"""A handler that blocks the event loop."""

import time


async def report() -> str:
    """Wait as if for a slow library."""
    time.sleep(0.01)
    return "done"
