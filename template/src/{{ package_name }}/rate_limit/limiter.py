"""Counts requests in a sliding window."""

import math
import time
from dataclasses import dataclass

from limits import parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from ..settings import Settings


@dataclass(frozen=True, slots=True)
class Quota:
    """What a caller has left: `remaining` of `limit` requests, fresh after `reset` seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int


class RateLimiter:
    """Counts the requests of each caller, in Redis if there is one, else in this process.

    Counted in memory, the limit holds for each worker process for itself.
    """

    def __init__(self, settings: Settings) -> None:
        self.enabled = settings.rate_limit_enabled
        self._limit = parse(settings.rate_limit)
        storage: MemoryStorage | RedisStorage
        if settings.redis_url is None:
            storage = MemoryStorage()
        else:
            storage = RedisStorage(
                f"async+{settings.redis_url.get_secret_value()}", implementation="redispy"
            )
        self._strategy = SlidingWindowCounterRateLimiter(storage)

    async def hit(self, caller: str) -> Quota:
        """Count one request of `caller` and give what is left."""
        allowed = await self._strategy.hit(self._limit, caller)
        stats = await self._strategy.get_window_stats(self._limit, caller)
        reset = max(1, math.ceil(stats.reset_time - time.time()))
        return Quota(allowed, self._limit.amount, stats.remaining, reset)
