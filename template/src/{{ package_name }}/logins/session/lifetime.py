"""The lifetime of a session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from ...settings import Settings
from .models import LoginSession


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Two limits: `idle` without a request, `absolute` whatever happens."""

    idle: timedelta
    absolute: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the limits that are set."""
        return cls(
            timedelta(minutes=settings.session_idle_minutes),
            timedelta(hours=settings.session_absolute_hours),
        )

    def is_over(self, login: LoginSession, now: datetime) -> bool:
        """Return whether this session has reached one of its limits."""
        return login.expires_at <= now or login.last_seen_at <= now - self.idle

    def should_touch(self, login: LoginSession, now: datetime) -> bool:
        """Return whether to write down that the session is in use: not at every request."""
        return now - login.last_seen_at >= min(timedelta(minutes=1), self.idle / 4)
