"""The service's clock. Everything that writes or compares a time asks it, so tests can stop it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends

from .state import from_state


class Clock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        return datetime.now(UTC)


ClockDep = Annotated[Clock, Depends(from_state(Clock))]
