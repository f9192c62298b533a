"""Counters that expire: shared by all processes in Redis, or each process for itself."""

import ipaddress
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

from ..settings import Settings

REDIS_TIMEOUT = 0.5  # seconds
RETRY_SECONDS = 5  # until a Redis that did not answer is asked again: nobody waits meanwhile

T = TypeVar("T")

log = structlog.get_logger(__name__)


def open_redis(settings: Settings) -> ConnectionPool | None:
    """Give the connections to Redis for one process, or None without `REDIS_URL`."""
    if settings.redis_url is None:
        return None
    return ConnectionPool.from_url(
        settings.redis_url.get_secret_value(),
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        driver_info=None,  # or every connection reads the version of redis from disk
    )


class Counters:
    """Counts in Redis where there is one, else in this process. `prefix` keeps keys apart.

    While Redis does not answer, each process counts for itself: a limit then lets more pass,
    but neither everything nor nothing.
    """

    def __init__(self, redis: ConnectionPool | None, *, prefix: str) -> None:
        self._memory = MemoryStorage()
        self._redis: RedisStorage | None = None
        self._ask_redis_from = 0.0
        if redis is not None:
            options: dict[str, Any] = {"key_prefix": prefix, "connection_pool": redis}
            # The address names no server: the pool knows where.
            self._redis = RedisStorage(
                "async+redis://", wrap_exceptions=True, implementation="redispy", **options
            )

    async def add(self, key: str, amount: int, *, seconds: int) -> int:
        """Add to a counter and give its value; a new one lasts for so many seconds."""
        return await self._do(lambda storage: storage.incr(key, seconds, amount))

    async def get(self, key: str) -> int:
        """Give the value of a counter."""
        return await self._do(lambda storage: storage.get(key))

    async def seconds_left(self, key: str) -> int:
        """Tell when this counter starts again: in one second at the earliest."""
        end = await self._do(lambda storage: storage.get_expiry(key))
        return max(1, math.ceil(end - time.time()))

    async def clear(self, key: str) -> None:
        """Set a counter to nothing."""
        await self._memory.clear(key)
        await self._do(lambda storage: storage.clear(key))

    async def _do(self, action: Callable[[Storage], Awaitable[T]]) -> T:
        if self._redis is not None and time.monotonic() >= self._ask_redis_from:
            try:
                return await action(self._redis)
            except StorageError:
                self._ask_redis_from = time.monotonic() + RETRY_SECONDS
                log.warning("redis.unavailable", seconds=RETRY_SECONDS)
        return await action(self._memory)


def network(address: str) -> str:
    """Give what is counted as one address: of IPv6 the /64, which one caller has to itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return address
