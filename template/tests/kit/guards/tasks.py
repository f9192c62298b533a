"""Finds what a test leaves behind in the event loop: tasks, and exceptions nobody retrieved."""

import asyncio
import gc
import sys
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pytest_asyncio import is_async_test

from ..refusal import refuse

LOOP = pytest.StashKey[asyncio.AbstractEventLoop]()
GRACE_SECONDS = 0.1  # for tasks that were cancelled, and transports that close


class Tasks:
    """The tasks that are started from now on, and have to be ended."""

    def __init__(self) -> None:
        self._others = asyncio.all_tasks()
        self.left: set[asyncio.Task[Any]] = set()

    async def end(self) -> None:
        """Cancel what a moment later is still running, and keep it in `left`."""
        running = asyncio.all_tasks() - self._others - {asyncio.current_task()}
        if running:
            _, running = await asyncio.wait(running, timeout=GRACE_SECONDS)
        self.left |= running
        for task in running:
            task.cancel()
        if running:
            _, running = await asyncio.wait(running, timeout=GRACE_SECONDS)
        for task in running:
            # It will not be cancelled, and the loop would wait for it at the end of the run.
            asyncio.tasks._unregister_task(task)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Let go of what a failed test held: its warnings would fail the next test."""
    if getattr(sys, "last_value", None):
        sys.__dict__.update(last_value=None, last_traceback=None, last_exc=None)
        with warnings.catch_warnings(action="ignore"):
            gc.collect()


@pytest.fixture(autouse=True)
async def _clean_loop(request: pytest.FixtureRequest) -> AsyncIterator[Tasks | None]:
    """Fail the test, and not a later one, for what it leaves behind in the event loop."""
    if not is_async_test(request.node):
        yield None
        return
    loop = request.node.stash[LOOP] = asyncio.get_running_loop()
    tasks = Tasks()
    lost: list[dict[str, Any]] = []
    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: lost.append(context))
    try:
        yield tasks
        await tasks.end()
        gc.collect(1)  # a failed task complains when it is collected, and it is young
    finally:
        loop.set_exception_handler(handler)
    own = request.function.__code__  # the timeout leaves the test itself behind, and has told so
    left = [task for task in tasks.left if getattr(task.get_coro(), "cr_code", None) is not own]
    if left:
        refuse("tasks-left", tasks=", ".join(map(repr, left)))
    for context in lost:
        exception = context.get("exception")
        refuse("never-retrieved", exception, message=context["message"], exception=repr(exception))
