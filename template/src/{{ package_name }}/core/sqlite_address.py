"""The address of an SQLite database."""

import re

EXAMPLE = "sqlite:///folder/service.db, or sqlite:////data/service.db from the root"


def database_address(address: str) -> str:
    """Return the address with the driver that the service uses. Raise `ValueError`."""
    scheme, found, path = address.partition("://")
    if not found or scheme not in ("sqlite", "sqlite+aiosqlite"):
        raise ValueError(f"must look like {EXAMPLE}")
    return f"sqlite+aiosqlite://{path}"


def is_in_memory(address: str) -> bool:
    """Return whether the database is gone when the process ends."""
    path = address.partition("://")[2].partition("?")[0].lstrip("/")
    return not path or ":memory:" in path or re.search(r"[?&]mode=memory", address) is not None
