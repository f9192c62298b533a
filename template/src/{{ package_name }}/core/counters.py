"""Counters that expire: shared by all processes in Redis, or each process for itself."""

import heapq
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from limits.aio.storage import RedisStorage
from limits.errors import StorageError
from pydantic import SecretStr
from redis.asyncio import ConnectionPool

from .causes import cause_of

REDIS_TIMEOUT = 0.5  # seconds
RETRY_SECONDS = 5  # until a Redis that did not answer is asked again: nobody waits meanwhile

T = TypeVar("T")

log = structlog.get_logger(__name__)


def open_redis(url: SecretStr | None) -> ConnectionPool | None:
    """Return the connections to Redis for one process, or None without `REDIS_URL`."""
    if url is None:
        return None
    return ConnectionPool.from_url(
        url.get_secret_value(),
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        driver_info=None,  # or every connection reads the version of redis from disk
    )


class Memory:
    """Counters of one process. Each costs the same, however many there are.

    That of the library looks through all of them again and again.
    """

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}  # a value, and when it ends
        self._ends: list[tuple[float, str]] = []  # a heap: what ends first comes first

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter and return its value; a new one lasts for `expiry` seconds."""
        now = time.time()
        self._forget(now)
        value, end = self._counts.get(key, (0, 0.0))
        if end <= now:
            value, end = 0, now + expiry
            heapq.heappush(self._ends, (end, key))
        self._counts[key] = (value + amount, end)
        return value + amount

    def __len__(self) -> int:
        """Return how many counters are kept."""
        return len(self._counts)

    async def get(self, key: str) -> int:
        """Return the value of a counter."""
        value, end = self._counts.get(key, (0, 0.0))
        return value if end > time.time() else 0

    async def get_expiry(self, key: str) -> float:
        """Return when a counter ends."""
        return self._counts.get(key, (0, time.time()))[1]

    async def clear(self, key: str) -> None:
        """Forget a counter."""
        self._counts.pop(key, None)

    def _forget(self, now: float) -> None:
        """Forget two counters that have ended: more than one comes at a time, so that none stay."""
        for _ in range(2):
            if self._ends and self._ends[0][0] <= now:
                _, key = heapq.heappop(self._ends)
                if self._counts.get(key, (0, math.inf))[1] <= now:
                    del self._counts[key]


class Counters:
    """Counts in Redis where there is one, else in this process. `prefix` keeps keys apart.

    While Redis does not answer, each process counts for itself: a limit then lets more pass,
    but neither everything nor nothing.
    """

    def __init__(self, redis: ConnectionPool | None, *, prefix: str) -> None:
        self._memory = Memory()
        self._redis: RedisStorage | None = None
        self._ask_redis_from = 0.0
        if redis is not None:
            options: dict[str, Any] = {"key_prefix": prefix, "connection_pool": redis}
            # The address names no server: the pool knows where.
            self._redis = RedisStorage(
                "async+redis://", wrap_exceptions=True, implementation="redispy", **options
            )

    async def add(self, key: str, amount: int, *, seconds: int) -> int:
        """Add to a counter and return its value; a new one lasts for so many seconds."""
        return await self._do(lambda storage: storage.incr(key, seconds, amount))

    async def get(self, key: str) -> int:
        """Return the value of a counter."""
        return await self._do(lambda storage: storage.get(key))

    async def seconds_left(self, key: str) -> int:
        """Return the seconds until this counter starts again, at least one."""
        end = await self._do(lambda storage: storage.get_expiry(key))
        return max(1, math.ceil(end - time.time()))

    async def clear(self, key: str) -> None:
        """Set a counter to nothing."""
        await self._memory.clear(key)
        await self._do(lambda storage: storage.clear(key))

    async def _do(self, action: Callable[[RedisStorage | Memory], Awaitable[T]]) -> T:
        if self._redis is not None and time.monotonic() >= self._ask_redis_from:
            try:
                return await action(self._redis)
            except StorageError as error:
                self._ask_redis_from = time.monotonic() + RETRY_SECONDS
                cause = cause_of(error.storage_error)
                log.warning("redis.unavailable", seconds=RETRY_SECONDS, cause=cause)
        return await action(self._memory)
