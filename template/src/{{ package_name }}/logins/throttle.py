"""Limits on guessing passwords, in tiers: one account, one address, its networks, everybody.

Guesses that are sent at once are counted too: those for one account are let in one by one, and
the other tiers count a try before it is looked at and take it back when it was right. A blocked
account refuses the right password as well: otherwise the answer would tell which guess was right.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from limits import RateLimitItem, parse
from redis.asyncio import ConnectionPool

from ..core.callers import networks
from ..core.counters import Count, Counters
from ..core.errors import TooManyRequests
from ..settings import Settings

NETWORK_FACTORS = (1, 3, 6)


@dataclass(frozen=True, slots=True)
class Tier:
    """One limit, and the counter it looks at."""

    name: str
    limit: RateLimitItem
    key: str


class LoginBlocked(TooManyRequests):
    """Too many failures. `is_new` tells the first refusal from those that follow it."""

    def __init__(self, retry_after: int, *, tier: str, is_new: bool = False) -> None:
        super().__init__(retry_after)
        self.tier = tier
        self.is_new = is_new


class LoginThrottle:
    """Refuses logins after too many failures. One per process."""

    def __init__(self, settings: Settings, redis: ConnectionPool | None = None) -> None:
        self._per_account = parse(settings.login_limit_account)
        per_address = parse(settings.login_limit_address)
        # Of the address, and of the networks that it is in: more, and too little for everybody's.
        self._per_network = [_times(per_address, factor) for factor in NETWORK_FACTORS]
        self._everybody = Tier("everybody", parse(settings.login_limit_everybody), "everybody")
        self._counters = Counters(redis, prefix="login")
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def admit(self, email: str, address: str) -> AsyncIterator[None]:
        """Let a try in, for as long as the block takes; others of the same account wait.

        Raises `LoginBlocked` where there were too many failures. The block has to say what
        became of the try, `failed` or `succeeded`; one that raises does not count.
        """
        # The address first: one that is blocked can no longer block accounts, or everybody.
        for tier in self._addresses(address):
            await self._count(tier)
        account = self._account(email)
        lock = self._locks.setdefault(account.key, asyncio.Lock())
        async with lock:
            if await self._counters.get(account.key) >= account.limit.amount:
                seconds = await self._counters.seconds_left(account.key)
                raise LoginBlocked(seconds, tier=account.name)
            await self._count(self._everybody)
            try:
                yield
            except Exception:
                await self._take_back(address)
                raise

    async def failed(self, email: str) -> bool:
        """Count a wrong password. Return whether the account is blocked from now on."""
        account = self._account(email)
        return (await self._add(account, 1)).value == account.limit.amount

    async def succeeded(self, email: str, address: str) -> None:
        """Forget the failures of an account whose password was right."""
        await self._counters.clear(self._account(email).key)
        await self._take_back(address)

    def _account(self, email: str) -> Tier:
        return Tier("account", self._per_account, f"account/{fingerprint(email)}")

    def _addresses(self, address: str) -> list[Tier]:
        return [
            Tier("address", limit, f"address/{network}")
            for network, limit in zip(networks(address), self._per_network, strict=False)
        ]

    async def _take_back(self, address: str) -> None:
        for tier in (*self._addresses(address), self._everybody):
            await self._add(tier, -1)

    async def _count(self, tier: Tier) -> None:
        count, allowed = await self._add(tier, 1), tier.limit.amount
        if count.value > allowed:
            is_new = count.value == allowed + 1
            raise LoginBlocked(count.seconds_left, tier=tier.name, is_new=is_new)

    async def _add(self, tier: Tier, amount: int) -> Count:
        return await self._counters.add(tier.key, amount, seconds=tier.limit.get_expiry())


def _times(limit: RateLimitItem, factor: int) -> RateLimitItem:
    return type(limit)(limit.amount * factor, limit.multiples)


def fingerprint(email: str) -> str:
    """Return a name for the account that can be stored and logged: people type passwords here."""
    return hashlib.sha256(email.encode()).hexdigest()[:32]
