"""Checking a password, in every style that has them.

The user is read in a transaction of its own that has ended before the password is hashed:
a burst of logins then holds no connection, and no other writer waits.
"""

import unicodedata
from dataclasses import dataclass
from logging import INFO, WARNING
from typing import Annotated

import structlog
from fastapi import Depends, Request

from ..core.errors import Forbidden
from ..db.session import Database, SessionDep
from ..users.models import User
from ..users.repository import UserRepository
from .errors import Unauthenticated
from .events import SecurityEvents, SecurityEventsDep
from .passwords import PasswordHasher
from .repository import AccountRepository
from .schemas import LoginForm, PasswordChange
from .throttle import LoginBlocked, LoginThrottle, fingerprint

log = structlog.get_logger("security")


@dataclass(frozen=True, slots=True)
class Verified:
    """A user whose password was right, as it was at that moment."""

    user: User
    new_hash: str | None  # made with today's parameters, where the stored one was not


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """Tells whether a password is right, at equal cost for every reason why it is not.

    One per request: it comes from `address`, and `accounts` works in its transaction.
    """

    database: Database
    accounts: AccountRepository
    passwords: PasswordHasher
    throttle: LoginThrottle
    events: SecurityEvents
    address: str

    async def verify(self, form: LoginForm) -> User:
        """Give the user with this email and password for writing.

        Raises `Unauthenticated`, the same one for an unknown user, a wrong password and an
        inactive user; `TooManyRequests` after too many tries; `Unavailable` in a burst.
        """
        email = unicodedata.normalize("NFC", form.username).strip().lower()
        password = form.password.get_secret_value()
        verified = await self._try(email, password)
        if verified is None:
            raise Unauthenticated("The email or the password is wrong.")
        return await self._confirm(verified, password)

    async def change_password(self, user_id: int, change: PasswordChange) -> User:
        """Give a user who is logged in the new password, after asking for the current one.

        Raises `Forbidden` where that is wrong, the same as `verify` otherwise, and what
        `PasswordHasher.hash_new` raises.
        """
        password = change.current_password.get_secret_value()
        async with self.database.session(read_only=True) as session:
            user = await UserRepository(session).get(user_id)
        verified = await self._try(user.email, password) if user else None
        if verified is None:
            raise Forbidden("The current password is wrong.")
        new_hash = await self.passwords.hash_new(change.new_password, email=verified.user.email)
        user = await self._confirm(verified, password)
        user.password_hash = new_hash
        log.info("password.changed", user_id=user.id, address=self.address)
        return user

    async def _confirm(self, verified: Verified, password: str) -> User:
        """Give the verified user for writing, with its hash renewed where that is due.

        Between the check and the transaction that writes, another request may have switched the
        user off or changed the password; or renewed the hash, which changes nothing.
        Raises `Unauthenticated`.
        """
        user = await self.accounts.lock(verified.user.id)
        if user is None or not user.is_active:
            raise Unauthenticated
        if user.password_hash == verified.user.password_hash:
            user.password_hash = verified.new_hash or user.password_hash
            return user
        matches, _ = await self.passwords.verify(password, user.password_hash)
        if not matches:
            raise Unauthenticated
        return user

    async def _try(self, email: str, password: str) -> Verified | None:
        try:
            async with self.throttle.admit(email, self.address):
                return await self._check(email, password)
        except LoginBlocked as blocked:
            if blocked.is_new:
                await self._warn("login.blocked", None, email, tier=blocked.tier)
            raise

    async def _check(self, email: str, password: str) -> Verified | None:
        async with self.database.session(read_only=True) as session:
            user = await UserRepository(session).get_by_email(email)
        stored = user.password_hash if user is not None and user.is_active else None
        matches, new_hash = await self.passwords.verify(password, stored)
        if user is not None and matches:
            await self.events.record(INFO, "login.succeeded", user_id=user.id, address=self.address)
            await self.throttle.succeeded(email, self.address)
            return Verified(user, new_hash)
        is_blocked = await self.throttle.failed(email)
        await self._warn("login.failed", user, email)
        if is_blocked:
            await self._warn("login.blocked", user, email, tier="account")
        return None

    async def _warn(self, event: str, user: User | None, email: str, **details: str) -> None:
        details = {"account": fingerprint(email), "address": self.address, **details}
        await self.events.record(WARNING, event, user_id=user.id if user else None, **details)


def get_password_login(
    request: Request, session: SessionDep, events: SecurityEventsDep
) -> PasswordLogin:
    """Give the check of passwords for this request."""
    state, accounts = request.state, AccountRepository(session)
    # The address of the connection, or what a trusted proxy says it is.
    address = request.client.host if request.client is not None else "unknown"
    return PasswordLogin(
        state.database, accounts, state.passwords, state.login_throttle, events, address
    )


PasswordLoginDep = Annotated[PasswordLogin, Depends(get_password_login)]
