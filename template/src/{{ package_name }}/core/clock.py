"""The service's clock. Everything that writes or compares a time asks it, so tests can stop it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection


class Clock:
    """Tells the time."""

    def now(self) -> datetime:
        """Give the present time, aware, in UTC."""
        return datetime.now(UTC)


class FrozenClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self._now = at.astimezone(UTC)

    def now(self) -> datetime:
        """Give the time at which the clock stands."""
        return self._now

    def move(self, by: timedelta) -> None:
        """Set the clock forward, or back where `by` is negative."""
        self._now += by


async def get_clock(connection: HTTPConnection) -> Clock:
    """Return the application's clock."""
    clock: Clock = connection.app.state.clock
    return clock


ClockDep = Annotated[Clock, Depends(get_clock)]
