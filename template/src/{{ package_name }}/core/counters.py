"""Counters that expire: shared by all processes in Redis, or each process for itself."""

import heapq
import math
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

import structlog
from pydantic import SecretStr
from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import RedisError

from .causes import cause_of

REDIS_TIMEOUT = 0.5  # seconds
RETRY_SECONDS = 5  # until a Redis that did not answer is asked again: nobody waits meanwhile

# The value and the time that is left come back with the addition: one trip for each request.
ADD = """
local value = redis.call("INCRBY", KEYS[1], ARGV[1])
local left = redis.call("PTTL", KEYS[1])
if left < 0 then
    left = ARGV[2] * 1000
    redis.call("PEXPIRE", KEYS[1], left)
end
return {value, left}
"""

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Count(NamedTuple):
    """The value of a counter, and the seconds until it starts again, at least one."""

    value: int
    seconds_left: int


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

    async def add(self, key: str, amount: int, seconds: int) -> Count:
        """Add to a counter; a new one lasts for so many seconds."""
        now = time.time()
        self._forget(now)
        value, end = self._counts.get(key, (0, 0.0))
        if end <= now:
            value, end = 0, now + seconds
            heapq.heappush(self._ends, (end, key))
        self._counts[key] = (value + amount, end)
        return Count(value + amount, _whole(end - now))

    def __len__(self) -> int:
        """Return how many counters are kept."""
        return len(self._counts)

    async def get(self, key: str) -> int:
        """Return the value of a counter."""
        value, end = self._counts.get(key, (0, 0.0))
        return value if end > time.time() else 0

    async def seconds_left(self, key: str) -> int:
        """Return the seconds until a counter starts again, at least one."""
        return _whole(self._counts.get(key, (0, 0.0))[1] - time.time())

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


class Shared:
    """Counters of all processes, in Redis. Each call is one trip."""

    def __init__(self, redis: ConnectionPool, *, prefix: str) -> None:
        self._redis = Redis(connection_pool=redis)
        self._add = self._redis.register_script(ADD)
        self._prefix = prefix

    async def add(self, key: str, amount: int, seconds: int) -> Count:
        """Add to a counter; a new one lasts for so many seconds."""
        value, left = await self._add(keys=[self._name(key)], args=[amount, seconds])
        return Count(value, _whole(left / 1000))

    async def get(self, key: str) -> int:
        """Return the value of a counter."""
        return int(await self._redis.get(self._name(key)) or 0)

    async def seconds_left(self, key: str) -> int:
        """Return the seconds until a counter starts again, at least one."""
        return _whole(await self._redis.pttl(self._name(key)) / 1000)

    async def clear(self, key: str) -> None:
        """Forget a counter."""
        await self._redis.delete(self._name(key))

    def _name(self, key: str) -> str:
        return f"{self._prefix}:{key}"


class Counters:
    """Counts in Redis where there is one, else in this process. `prefix` keeps keys apart.

    While Redis does not answer, each process counts for itself: a limit then lets more pass,
    but neither everything nor nothing.
    """

    def __init__(self, redis: ConnectionPool | None, *, prefix: str) -> None:
        self._memory = Memory()
        self._shared = None if redis is None else Shared(redis, prefix=prefix)
        self._ask_redis_from = 0.0

    async def add(self, key: str, amount: int, *, seconds: int) -> Count:
        """Add to a counter; a new one lasts for so many seconds."""
        return await self._do(lambda storage: storage.add(key, amount, seconds))

    async def get(self, key: str) -> int:
        """Return the value of a counter."""
        return await self._do(lambda storage: storage.get(key))

    async def seconds_left(self, key: str) -> int:
        """Return the seconds until this counter starts again, at least one."""
        return await self._do(lambda storage: storage.seconds_left(key))

    async def clear(self, key: str) -> None:
        """Set a counter to nothing."""
        await self._memory.clear(key)
        await self._do(lambda storage: storage.clear(key))

    async def _do(self, action: Callable[[Shared | Memory], Awaitable[T]]) -> T:
        if self._shared is not None and time.monotonic() >= self._ask_redis_from:
            try:
                return await action(self._shared)
            except RedisError as error:
                self._ask_redis_from = time.monotonic() + RETRY_SECONDS
                log.warning("redis.unavailable", seconds=RETRY_SECONDS, cause=cause_of(error))
        return await action(self._memory)


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))
