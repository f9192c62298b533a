"""Keeps one caller from taking all connections to the database."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from ..core.errors import Unavailable

WAIT_SECONDS = 5


class Shares:
    """Lets each caller use so many connections at once: its other requests wait for these.

    So others find a connection, however many slow requests one caller sends.
    """

    def __init__(self, each: int) -> None:
        self.each = each
        # of those only who have requests now
        self._of: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def share_of(self, caller: Hashable) -> AsyncIterator[None]:
        """In the block, use one connection. Raise `Unavailable` if none is free for too long."""
        share = self._of.get(caller)
        if share is None:
            share = self._of[caller] = asyncio.Semaphore(self.each)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await share.acquire()
        except TimeoutError:
            raise Unavailable("Too many slow requests of yours at once.") from None
        try:
            yield
        finally:
            share.release()
