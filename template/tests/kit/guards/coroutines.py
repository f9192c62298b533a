"""Finds the coroutines that a test made, kept and never awaited."""

from __future__ import annotations

import asyncio
import gc
import sys
from inspect import CORO_CREATED, getcoroutinestate
from types import CoroutineType
from typing import Any

from ..refusal import refuse


def note_where_coroutines_are_made() -> None:
    """Have Python keep the line that made each coroutine: its warning, and this guard, show it."""
    if sys.get_coroutine_origin_tracking_depth() == 0:
        sys.set_coroutine_origin_tracking_depth(1)


def refuse_coroutines_left(*, silently: bool) -> None:
    """Close the coroutines that nobody has awaited, and refuse that."""
    started = {task.get_coro() for task in asyncio.all_tasks()}
    left: list[CoroutineType[Any, Any, Any]] = [
        one
        for one in gc.get_objects()  # only what the test made: the rest is frozen
        if type(one) is CoroutineType
        and getcoroutinestate(one) == CORO_CREATED
        and one not in started
    ]
    for coroutine in left:
        coroutine.close()
    if left and not silently:
        refuse("coroutine-left", coroutines=", ".join(map(_name, left)))


def _name(coroutine: CoroutineType[Any, Any, Any]) -> str:
    lines = [f" ({file}:{line})" for file, line, _ in coroutine.cr_origin or ()]
    return coroutine.__qualname__ + "".join(lines[:1])
