"""A shutdown that load balancers notice in time: not ready first, not listening later."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from fastapi import FastAPI


@contextmanager
def drained(app: FastAPI, seconds: float) -> Iterator[None]:
    """In the block, answer SIGTERM by being not ready for `seconds`, then do what was done before.

    Meanwhile requests are served as ever. Call it in the lifespan: the server has taken the
    signal by then. With 0 seconds nothing changes.
    """
    app.state.draining = False
    if seconds == 0:
        yield
        return
    loop = asyncio.get_running_loop()
    stop = signal.getsignal(signal.SIGTERM)

    def drain(number: int, frame: FrameType | None) -> None:
        app.state.draining = True
        if callable(stop):
            loop.call_later(seconds, stop, number, frame)

    signal.signal(signal.SIGTERM, drain)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, stop)
