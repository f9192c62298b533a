"""Counters that expire: shared by all processes in Redis, or each process for itself."""

import math
import time
from typing import Any

import structlog
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

from ..settings import Settings

REDIS_TIMEOUT = 0.5  # seconds

log = structlog.get_logger("security")


class Counters:
    """Counts in Redis where `REDIS_URL` is set, else in this process.

    While Redis does not answer, each process counts for itself: a limit then lets more pass,
    but neither everything nor nothing.
    """

    def __init__(self, settings: Settings) -> None:
        self._memory = MemoryStorage()
        self._redis: RedisStorage | None = None
        self._pool: ConnectionPool | None = None
        if settings.redis_url is not None:
            url = settings.redis_url.get_secret_value()
            self._pool = ConnectionPool.from_url(
                url,
                socket_timeout=REDIS_TIMEOUT,
                socket_connect_timeout=REDIS_TIMEOUT,
                driver_info=None,  # or every connection reads the version of redis from disk
            )
            options: dict[str, Any] = {"connection_pool": self._pool}
            self._redis = RedisStorage(
                f"async+{url}",
                wrap_exceptions=True,
                implementation="redispy",
                key_prefix="login",
                **options,
            )

    async def add(self, key: str, amount: int, *, seconds: int) -> int:
        """Add to a counter and give its value; a new one lasts for so many seconds."""
        if self._redis is not None:
            try:
                return await self._redis.incr(key, seconds, amount)
            except StorageError:
                log.warning("login.redis_unavailable")
        return await self._memory.incr(key, seconds, amount)

    async def get(self, key: str) -> int:
        """Give the value of a counter."""
        if self._redis is not None:
            try:
                return await self._redis.get(key)
            except StorageError:
                log.warning("login.redis_unavailable")
        return await self._memory.get(key)

    async def seconds_left(self, key: str) -> int:
        """Tell when this counter starts again."""
        try:
            if self._redis is not None and await self._memory.get(key) == 0:
                end = await self._redis.get_expiry(key)
            else:
                end = await self._memory.get_expiry(key)
        except StorageError:
            return 1
        return math.ceil(end - time.time())

    async def clear(self, key: str) -> None:
        """Set a counter to nothing."""
        await self._memory.clear(key)
        if self._redis is not None:
            try:
                await self._redis.clear(key)
            except StorageError:
                log.warning("login.redis_unavailable")

    async def reset(self) -> None:
        """Set every counter to nothing."""
        await self._memory.reset()
        if self._redis is not None:
            await self._redis.reset()

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        if self._pool is not None:
            await self._pool.aclose()
