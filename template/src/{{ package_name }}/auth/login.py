"""Checking a password, in every style that has them.

The user is read in a transaction of its own that has ended before the password is hashed:
a burst of logins then holds no connection, and no other writer waits.
"""

import unicodedata
from dataclasses import dataclass
from logging import WARNING
from typing import Annotated

from fastapi import Depends, Request

from ..core.errors import Forbidden
from ..db.session import Database
from ..users.models import User
from ..users.repository import UserRepository
from .errors import Unauthenticated
from .events import SecurityEvents, SecurityEventsDep
from .passwords import PasswordHasher
from .repository import AccountRepository
from .throttle import LoginBlocked, LoginThrottle, fingerprint


@dataclass(frozen=True, slots=True)
class Verified:
    """A user whose password was right, and what was true at that moment."""

    user_id: int
    email: str
    password_hash: str
    new_hash: str | None  # made with today's parameters, where the stored one was not


class PasswordLogin:
    """Tells whether a password is right, at equal cost for every reason why it is not."""

    def __init__(
        self,
        database: Database,
        passwords: PasswordHasher,
        throttle: LoginThrottle,
        events: SecurityEvents,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._throttle = throttle
        self._events = events

    async def verify(self, email: str, password: str, *, address: str) -> Verified:
        """Give the user with this email and password, for a login from `address`.

        Raises `Unauthenticated`, the same one for an unknown user, a wrong password and an
        inactive user; `TooManyRequests` after too many tries; `Unavailable` in a burst.
        """
        email = unicodedata.normalize("NFC", email).strip().lower()
        verified = await self._try(email, password, address)
        if verified is None:
            raise Unauthenticated("The email or the password is wrong.")
        return verified

    async def verify_again(self, user_id: int, password: str, *, address: str) -> Verified:
        """Give the user who is logged in already, after asking for the password once more.

        Raises `Forbidden` where it is wrong, and the same as `verify` otherwise.
        """
        async with self._database.session(read_only=True) as session:
            user = await UserRepository(session).get(user_id)
        verified = await self._try(user.email, password, address) if user else None
        if verified is None:
            raise Forbidden("The current password is wrong.")
        return verified

    async def confirm(self, accounts: AccountRepository, verified: Verified, password: str) -> User:
        """Give the verified user for writing, with its hash renewed where that is due.

        Between the check and the transaction that writes, another request may have switched the
        user off or changed the password; or renewed the hash, which changes nothing.
        Raises `Unauthenticated`.
        """
        user = await accounts.lock(verified.user_id)
        if user is None or not user.is_active:
            raise Unauthenticated
        if user.password_hash == verified.password_hash:
            user.password_hash = verified.new_hash or verified.password_hash
            await accounts.save()
            return user
        matches, _ = await self._passwords.verify(password, user.password_hash)
        if not matches:
            raise Unauthenticated
        return user

    async def _try(self, email: str, password: str, address: str) -> Verified | None:
        try:
            async with self._throttle.admit(email, address):
                return await self._check(email, password, address)
        except LoginBlocked as blocked:
            if blocked.is_new:
                await self._warn("login.blocked", None, email, address, tier=blocked.tier)
            raise

    async def _check(self, email: str, password: str, address: str) -> Verified | None:
        async with self._database.session(read_only=True) as session:
            user = await UserRepository(session).get_by_email(email)
        stored = user.password_hash if user is not None and user.is_active else None
        matches, new_hash = await self._passwords.verify(password, stored)
        if user is not None and stored is not None and matches:
            await self._events.record("login.succeeded", user_id=user.id, address=address)
            await self._throttle.succeeded(email, address)
            return Verified(user.id, user.email, stored, new_hash)
        is_blocked = await self._throttle.failed(email)
        await self._warn("login.failed", user, email, address)
        if is_blocked:
            await self._warn("login.blocked", user, email, address, tier="account")
        return None

    async def _warn(
        self, event: str, user: User | None, email: str, address: str, **details: str
    ) -> None:
        user_id, account = user.id if user else None, fingerprint(email)
        await self._events.record(
            event, user_id=user_id, level=WARNING, account=account, address=address, **details
        )


def get_password_login(request: Request, events: SecurityEventsDep) -> PasswordLogin:
    """Give the application's check of passwords."""
    state = request.state
    return PasswordLogin(state.database, state.passwords, state.login_throttle, events)


def get_client_address(request: Request) -> str:
    """Give the caller's address: of the connection, or what a trusted proxy says it is."""
    return request.client.host if request.client is not None else "unknown"


PasswordLoginDep = Annotated[PasswordLogin, Depends(get_password_login)]
ClientAddress = Annotated[str, Depends(get_client_address)]
