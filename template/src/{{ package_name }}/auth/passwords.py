"""Passwords: hashed with argon2id, a few at a time, so that the event loop never waits."""

import os
import secrets
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import Field, SecretStr

from ..core.errors import Unavailable, Unprocessable
from ..core.state import from_state
from ..settings import Environment, Settings

MIN_LENGTH, MAX_LENGTH = 8, 256
# What everybody tries first. Read at import: a millisecond once, instead of in the event loop.
COMMON_PASSWORDS = frozenset(
    Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split()
)

# Length is the only rule here: what a password must not be is checked by `require_good`.
NewPassword = Annotated[SecretStr, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
# What is offered at login. Longer than any stored password can be: refused before hashing.
Password = Annotated[SecretStr, Field(min_length=1, max_length=MAX_LENGTH)]

R = TypeVar("R")

# The price of one hash: KiB of memory, passes over it, lanes. The real one is the first choice of
# OWASP's Password Storage Cheat Sheet with the least memory: 23 ms, 19 MiB.
REAL = Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1)
CHEAP = Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1)

# One core stays free for the event loop; four hashes at once are 76 MiB.
THREADS = min(4, max(1, (os.cpu_count() or 2) - 1))
MAX_WAITING = 64


class PasswordHasher:
    """Hashes and verifies passwords. One per process: it bounds how many hash at once."""

    def __init__(self, settings: Settings, hasher: Argon2Hasher | None = None) -> None:
        default = CHEAP if settings.environment is Environment.TEST else REAL
        self._hash = PasswordHash((hasher or default,))
        self._limiter = CapacityLimiter(THREADS)
        # Verified where there is no hash to verify: made with the parameters of today, so that
        # it takes as long.
        self._dummy = self._hash.hash(secrets.token_urlsafe())

    async def hash_new(self, password: SecretStr, *, email: str) -> str:
        """Return the hash of a new password of the user with `email`.

        Raises `Unprocessable` where the password is too short, too long or easy to guess, and
        `Unavailable` where too many passwords wait to be hashed.
        """
        good = require_good(password.get_secret_value(), email=email)
        return await self._run(lambda: self._hash.hash(good))

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Return whether `password` has the hash `stored`; None stands for no user.

        Return a new hash too where `stored` was made with other parameters than today's.
        No user costs as much as a wrong password. Raises `Unavailable` like `hash_new`.
        """
        password, against = normalised(password), stored or self._dummy
        matches, new_hash = await self._run(lambda: self._hash.verify_and_update(password, against))
        return (matches, new_hash) if stored else (False, None)

    async def _run(self, function: Callable[[], R]) -> R:
        if self._limiter.statistics().tasks_waiting >= MAX_WAITING:
            raise Unavailable("Too many logins at once. Try again.", retry_after=2)
        return await to_thread.run_sync(function, limiter=self._limiter)


PasswordsDep = Annotated[PasswordHasher, Depends(from_state(PasswordHasher))]


def normalised(password: str) -> str:
    """Return `password` in Unicode's form NFC: the same keys on two systems are one password.

    Raises `Unprocessable` for half a surrogate pair, which is no text.
    """
    try:
        password.encode()
    except UnicodeEncodeError:
        raise Unprocessable("The password must be text that UTF-8 can write.") from None
    return unicodedata.normalize("NFC", password)


def require_good(password: str, *, email: str) -> str:
    """Return `password` as it is hashed. Raise `Unprocessable` where it is easy to guess.

    There are no rules of composition: they make passwords worse. Spaces count.
    """
    password = normalised(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Unprocessable(f"The password must have {MIN_LENGTH} to {MAX_LENGTH} characters.")
    if password.lower() in COMMON_PASSWORDS:
        raise Unprocessable("The password is one of the most common ones: choose another.")
    if password.lower() == email.lower():
        raise Unprocessable("The password must not be the email address.")
    return password
