"""Counts requests, in windows that begin with a caller's first one."""

from dataclasses import dataclass

from limits import parse
from redis.asyncio import ConnectionPool

from ..core.counters import Count, Counters
from ..settings import Settings


@dataclass(frozen=True, slots=True)
class Quota:
    """The budget of a caller: `remaining` of `limit` requests, fresh after `reset` seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int


class RateLimiter:
    """Counts the requests of each caller, in Redis if there is one, else in this process.

    Counted in memory, the limit holds for each worker process for itself.
    """

    def __init__(self, settings: Settings, redis: ConnectionPool | None = None) -> None:
        self.enabled = settings.rate_limit_enabled
        self._limit = parse(settings.rate_limit)
        self._counters = Counters(redis, prefix="rate")

    async def hit(self, caller: str, amount: int = 1) -> Quota:
        """Count so many requests of `caller` and return what is left."""
        limit, count = self._limit.amount, await self._add(caller, amount)
        left = max(0, limit - count.value)
        return Quota(count.value <= limit, limit, left, count.seconds_left)

    async def take_back(self, caller: str, amount: int = 1) -> None:
        """Forget so many requests of `caller`: they were somebody else's."""
        await self._add(caller, -amount)

    async def _add(self, caller: str, amount: int) -> Count:
        return await self._counters.add(caller, amount, seconds=self._limit.get_expiry())
