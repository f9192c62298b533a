"""What users need to know of their logins, which a package above this one keeps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from .models import User


class Logins(Protocol):
    """The logins of users, within one session."""

    async def end_all(self, user: User) -> None:
        """End every login of a user."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the credentials of users are kept: `lifespan.py` names the repositories here."""

    logins: Callable[[AsyncSession], Logins]
