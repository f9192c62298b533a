"""Remembers whose credentials were accepted of late, so that they are told from strangers."""

import hashlib
import time

from starlette.requests import HTTPConnection

from ..core.middleware import header

SECONDS = 300  # that an accepted credential is remembered
MOST = 10_000  # of them, about 2 MB
HEADERS = (b"authorization", b"x-api-key", b"cookie")


def presented(connection: HTTPConnection) -> bytes | None:
    """Return a digest of what the request presents as a credential, or None if there is nothing."""
    scope = connection.scope
    if "presented" not in scope:
        values = [header(scope, name) for name in HEADERS]
        digest = hashlib.sha256("\n".join(values).encode()).digest()
        scope["presented"] = digest if any(values) else None
    credential: bytes | None = scope["presented"]
    return credential


class KnownCallers:
    """Who presented a credential that was accepted, in this process, a short time ago."""

    def __init__(self) -> None:
        self._callers: dict[bytes, tuple[str, float]] = {}

    def remember(self, credential: bytes | None, caller: str) -> None:
        """Remember whose credential it is, for `SECONDS` from now."""
        if credential is None:
            return
        self._callers.pop(credential, None)  # it becomes the newest
        if len(self._callers) >= MOST:
            del self._callers[next(iter(self._callers))]
        self._callers[credential] = (caller, time.monotonic())

    def caller_of(self, credential: bytes | None) -> str | None:
        """Return whose credential it is, or None if it is not known."""
        if credential not in self._callers:
            return None
        caller, accepted = self._callers[credential]
        return caller if time.monotonic() - accepted <= SECONDS else None
