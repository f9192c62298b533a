"""What happens after the response, and now and then."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog
from httpx2 import AsyncClient, HTTPError
from pydantic import HttpUrl

from ..core.clock import Clock
from ..db.session import Database
from .events import Events
from .models import Booking, Notification, Status
from .repository import HoldRepository, NotificationRepository
from .schemas import BookingEvent

log = structlog.get_logger(__name__)


class Notifier:
    """Notifies another service of what happened to a booking."""

    def __init__(self, http: AsyncClient, url: HttpUrl | None) -> None:
        self._http = http
        self._url = url

    async def send(self, booking_id: UUID, event: str) -> bool:
        """Send one message; return whether it arrived."""
        if self._url is None:
            return False
        body = {"booking_id": str(booking_id), "event": event}
        try:
            (await self._http.post(str(self._url), json=body)).raise_for_status()
        except HTTPError as error:
            log.warning("notification.not_sent", error=type(error).__name__)
            return False
        return True


async def announce(
    booking: BookingEvent,
    booking_id: UUID,
    *,
    events: Events,
    notifier: Notifier,
    database: Database,
    clock: Clock,
) -> None:
    """Notify listeners and the other service: after the commit, or it may not be true."""
    events.publish(booking)
    await send_notifications(database, notifier, clock, booking_id)


async def send_notifications(
    database: Database, notifier: Notifier, clock: Clock, booking_id: UUID
) -> None:
    """Send what is unsent about a booking. The request's own session has ended: open another."""
    async with database.session() as session, session.begin():
        notifications = NotificationRepository(session)
        for notification in await notifications.unsent(booking_id):
            notification.attempts += 1
            if await notifier.send(booking_id, notification.event):
                notification.sent_at = clock.now()


async def cancel_expired_holds(database: Database, clock: Clock, hold: timedelta) -> int:
    """Cancel the bookings that nobody has confirmed in time; return how many there were."""
    async with database.session() as session, session.begin():
        expired: list[Booking] = await HoldRepository(session).older_than(clock.now() - hold)
        for booking in expired:
            booking.status = Status.CANCELLED
            await NotificationRepository(session).add(
                Notification(booking_id=booking.id, event="expired")
            )
    return len(expired)


class Repeated:
    """Work that is done again and again while the application lives, in a task of its own."""

    def __init__(self, name: str, every: timedelta, work: Callable[[], Awaitable[object]]) -> None:
        self._name, self._every, self._work = name, every, work
        self._task = asyncio.create_task(self._repeat(), name=name)

    async def aclose(self) -> None:
        """Stop, in the middle of the work if need be."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(self._every.total_seconds())
            try:
                await self._work()
            except Exception:  # an error today is no reason not to try again tomorrow
                log.exception("job.failed", job=self._name)
