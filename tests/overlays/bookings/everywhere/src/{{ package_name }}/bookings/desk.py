"""What the bookings keep as long as the application lives."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Annotated

from fastapi import Depends
from httpx2 import AsyncClient

from ..core.clock import Clock
from ..core.state import from_state
from ..db.session import Database
from ..rates.client import Rates
from ..settings import Settings
from .background import Notifier, Repeated, cancel_expired_holds
from .events import Events


@dataclass(frozen=True, slots=True)
class Desk:
    """Who listens, what currencies are worth, who is told, and what is tidied up."""

    events: Events
    rates: Rates
    notifier: Notifier
    http: AsyncClient
    tidying: Repeated
    stream_seconds: float

    async def aclose(self) -> None:
        """Stop the work, and close the connections to other services."""
        await self.tidying.aclose()
        await self.http.aclose()


@cache
def tls() -> ssl.SSLContext:
    """Read the certificates of authorities: once, because it takes longer than most requests."""
    return ssl.create_default_context()


def open_desk(settings: Settings, database: Database, clock: Clock) -> Desk:
    """Return a desk at work: call it where a loop runs, and close it."""
    http = AsyncClient(timeout=5, verify=tls())
    hold = timedelta(minutes=settings.hold_minutes)

    async def tidy() -> None:
        await cancel_expired_holds(database, clock, hold)

    return Desk(
        events=Events(),
        rates=Rates(http, settings, clock),
        notifier=Notifier(http, settings.notify_url),
        http=http,
        tidying=Repeated("expired holds", timedelta(seconds=settings.tidy_seconds), tidy),
        stream_seconds=settings.stream_seconds,
    )


DeskDep = Annotated[Desk, Depends(from_state(Desk))]
