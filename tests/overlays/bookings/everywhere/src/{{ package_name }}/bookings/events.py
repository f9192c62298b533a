"""Notifies who is listening, in this process, of the bookings of a room."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID

from .schemas import BookingEvent

BEHIND = 100
"""Events that a slow listener may be behind; the oldest are lost to it then."""


class Events:
    """Who listens to which room."""

    def __init__(self) -> None:
        self._queues: dict[UUID, set[asyncio.Queue[BookingEvent]]] = defaultdict(set)

    def publish(self, event: BookingEvent) -> None:
        """Notify everybody who listens to the room of the event."""
        for queue in self._queues.get(event.room_id, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    @contextmanager
    def listen(self, room_id: UUID) -> Iterator[asyncio.Queue[BookingEvent]]:
        """Return a queue that gets the events of a room until the block ends."""
        queue = asyncio.Queue[BookingEvent](BEHIND)
        self._queues[room_id].add(queue)
        try:
            yield queue
        finally:
            self._queues[room_id].discard(queue)
            if not self._queues[room_id]:
                del self._queues[room_id]


async def for_a_while(
    queue: asyncio.Queue[BookingEvent], seconds: float
) -> AsyncIterator[BookingEvent]:
    """Return what comes into a queue within so many seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (left := end - loop.time()) > 0:
        try:
            yield await asyncio.wait_for(queue.get(), left)
        except TimeoutError:
            return
