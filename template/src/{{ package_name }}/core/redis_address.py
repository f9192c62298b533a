"""The address of a Redis, as hosting prints it."""

from typing import Annotated

from pydantic import SecretStr

from .addresses import read_address, within_secret


def redis_address(address: str) -> str:
    """Return the address of a Redis as its client reads it. Raise `ValueError`."""
    if address.startswith("unix://"):
        return address
    schemes = {"redis": "redis", "rediss": "rediss"}  # the second is over TLS
    place, query = read_address(address, schemes, example="redis://user:password@host:6379/0")
    return f"{place}?{query}" if query else place


RedisAddress = Annotated[SecretStr, within_secret(redis_address)]
