"""A shutdown that nobody notices: not ready first, connections given up, not listening last."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(slots=True)
class Draining:
    """Whether the service is about to stop."""

    begun: bool = False


@contextmanager
def drained(seconds: float) -> Iterator[Draining]:
    """In the block, answer SIGTERM by draining for `seconds`, then do what was done before.

    To drain is to be not ready, to serve requests as ever, and to say with each answer that the
    connection ends. Call it in the lifespan: the server has taken the signal by then.
    """
    draining = Draining()
    if threading.current_thread() is not threading.main_thread():  # signals are not for others
        yield draining
        return
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGTERM)

    def stop() -> None:
        signal.signal(signal.SIGTERM, before)
        signal.raise_signal(signal.SIGTERM)

    def drain(number: int, frame: FrameType | None) -> None:
        draining.begun = True
        loop.call_later(seconds, stop)

    signal.signal(signal.SIGTERM, drain)
    try:
        yield draining
    finally:
        signal.signal(signal.SIGTERM, before)
