"""Remembers whose credentials were accepted of late, so that they are told from strangers."""

import time

SECONDS = 300  # that an accepted credential is remembered
MOST = 10_000  # of them, about 2 MB


class KnownCallers:
    """Callers whose credential was accepted a short time ago, in this process."""

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

    def forget(self, credential: bytes | None) -> None:
        """Forget a credential that was refused: its owner does not pay for who still sends it."""
        if credential is not None:
            self._callers.pop(credential, None)

    def caller_of(self, credential: bytes | None) -> str | None:
        """Return whose credential it is, or None if it is not known."""
        if credential not in self._callers:
            return None
        caller, accepted = self._callers[credential]
        return caller if time.monotonic() - accepted <= SECONDS else None
