"""Whose work is running: that of a request, of the application itself, or of the test."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

KIT = Path(__file__).parent
PROJECT = KIT.parents[1]


@dataclass(eq=False)
class Request:
    """A request or WebSocket, and what it started: background tasks, streams, tasks."""

    name: str
    answer_has_begun: bool = False


being_served: list[Request] = []
current_request: ContextVar[Request | None] = ContextVar("current_request", default=None)
_lifespan: ContextVar[object | None] = ContextVar("lifespan", default=None)
OUTSIDE = object()
"""What stands for the task where there is none."""


@contextmanager
def serving(scope: Any) -> Iterator[Request]:
    """Within the block, and in all that is started there, a request is served."""
    request = Request(f"{scope.get('method', 'WEBSOCKET')} {scope['path']}")
    token = current_request.set(request)
    being_served.append(request)
    try:
        yield request
    finally:
        being_served.remove(request)
        current_request.reset(token)


def enter_lifespan() -> None:
    """Note that the current task runs a lifespan: what it starts is work of the application."""
    _lifespan.set(_task())


@contextmanager
def building() -> Iterator[None]:
    """Within the block an application is built: what is made there belongs to it."""
    token = _lifespan.set(_task() or OUTSIDE)
    try:
        yield
    finally:
        _lifespan.reset(token)


def current_lifespan() -> object | None:
    """Return the task of the lifespan that is running, or has started what is running."""
    return _lifespan.get()


def in_background() -> bool:
    """Return whether a task that a lifespan started is running, a poller for example."""
    lifespan = current_lifespan()
    return lifespan is not None and (_task() or OUTSIDE) is not lifespan


def _task() -> object | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None  # no event loop is running


def place(*, but: str = "") -> str:
    """Return the line of the service or its tests that is running, `but` not one of that file."""
    for frame in _running_frames():
        if is_project(frame.f_code.co_filename) and frame.f_code.co_filename != but:
            return f"{Path(frame.f_code.co_filename).relative_to(PROJECT)}:{frame.f_lineno}"
    request = current_request.get()
    return f"{request.name}, in a library," if request else "a library"


def place_outside(library: str) -> str:
    """Return the line of the project that calls a library, not one that the library calls."""
    found = None
    for frame in _running_frames():
        file = frame.f_code.co_filename
        if f"/{library}/" in file:
            found = None
        elif found is None and is_project(file):
            found = frame
    if found is None:
        return "a library"
    return f"{Path(found.f_code.co_filename).relative_to(PROJECT)}:{found.f_lineno}"


def place_of_caller(functions: set[str]) -> str:
    """Return the line of the project that calls these functions, or "" if a library does."""
    frames = (frame for frame in _running_frames() if not is_kit(frame.f_code.co_filename))
    frame = next(frame for frame in frames if frame.f_code.co_name not in functions)
    file = frame.f_code.co_filename
    return f"{Path(file).relative_to(PROJECT)}:{frame.f_lineno}" if is_project(file) else ""


def _running_frames() -> Iterator[FrameType]:
    """Yield the frames that are running, from the inside out, across SQLAlchemy's greenlets."""
    frame: FrameType | None = sys._getframe(2)
    current: greenlet | None = getcurrent()
    while current:
        while frame:
            yield frame
            frame = frame.f_back
        current = current.parent
        frame = current.gr_frame if current else None


# What has a frame and waits for something else: coroutines, generators of both kinds.
KINDS = (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom"), ("ag_frame", "ag_await"))


def waiting_frames(task: asyncio.Task[Any] | None) -> Iterator[FrameType]:
    """Yield the frames of a task from the outside in; `Task.get_stack()` has only the outermost."""
    waiting: Any = task.get_coro() if task else None
    while kind := next((kind for kind in KINDS if hasattr(waiting, kind[0])), None):
        if frame := getattr(waiting, kind[0]):
            yield frame
        waiting = getattr(waiting, kind[1])


@cache
def is_project(file: str) -> bool:
    """Return whether a file is code of the service or of its tests, not of a library or the kit."""
    path = Path(file)
    in_project = path.is_relative_to(PROJECT) and path.suffix == ".py"
    return in_project and "site-packages" not in path.parts and not is_kit(file)


@cache
def is_kit(file: str) -> bool:
    """Return whether a file is code of the kit."""
    return Path(file).is_relative_to(KIT)
