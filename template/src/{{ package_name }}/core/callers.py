"""Distinguishes callers before they are authenticated."""

import hashlib
import ipaddress
from functools import lru_cache

from starlette.types import Scope

from .middleware import header

HEADERS = (b"authorization", b"x-api-key", b"cookie")


def presented(scope: Scope) -> bytes | None:
    """Return a digest of what the request presents as a credential, or None if there is nothing."""
    if "presented" not in scope:
        values = [header(scope, name) for name in HEADERS]
        digest = hashlib.sha256("\n".join(values).encode()).digest()
        scope["presented"] = digest if any(values) else None
    credential: bytes | None = scope["presented"]
    return credential


def address_of(scope: Scope) -> str:
    """Return what is counted as the address of the caller."""
    address, _ = scope.get("client") or ("unknown", 0)
    return network(address)


def caller_of(scope: Scope) -> bytes | str:
    """Return who it may be: the same for requests with the same credential, or without any."""
    return presented(scope) or address_of(scope)


@lru_cache(maxsize=1024)
def network(address: str) -> str:
    """Return what is counted as one address: of IPv6 the /64, which one caller has to itself."""
    return networks(address)[0]


def networks(address: str) -> list[str]:
    """Return what is counted as one address, and then the wider networks that it is in.

    Who has a /32 of IPv6 has four billion times a /64.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return [address]
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    prefixes = (32, 24, 16) if parsed.version == 4 else (64, 48, 32)
    found = [str(ipaddress.ip_network((parsed, prefix), strict=False)) for prefix in prefixes]
    return [found[0].removesuffix("/32"), *found[1:]]
