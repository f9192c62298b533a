"""Finds what a test leaves behind in the event loop: tasks, and exceptions nobody retrieved."""

import asyncio
import gc
import sys
import warnings
from collections.abc import AsyncIterator, Generator
from typing import Any

import pytest
from pytest_asyncio import is_async_test

from .. import origin
from ..refusal import refuse

TIMED_OUT = pytest.StashKey[bool]()
LOOP = pytest.StashKey[asyncio.AbstractEventLoop]()
STARTERS = {"create_task", "ensure_future", "_wrap_awaitable"}
GRACE_SECONDS = 0.1  # for tasks that were cancelled, and transports that close


class WatchedTask(asyncio.Task[Any]):
    """A task that knows who started it, and whether anybody looks at its end."""

    def __init__(self, coroutine: Any, **options: Any) -> None:
        super().__init__(coroutine, **options)
        self.in_background = origin.in_application()
        self.place = origin.place_of_caller(STARTERS)
        self.is_awaited = False

    def __await__(self) -> Generator[Any, None, Any]:
        """Wait for the end; one that is done already calls nothing else."""
        self.is_awaited = True
        return super().__await__()

    def add_done_callback(self, *arguments: Any, **options: Any) -> None:
        """Add a callback, as gather(), wait() and task groups do."""
        self.is_awaited = True
        super().add_done_callback(*arguments, **options)

    def cancel(self, msg: Any = None) -> bool:
        """Cancel the task: whoever does so has not forgotten it."""
        self.is_awaited = True
        return super().cancel(msg)

    def result(self) -> Any:
        """Return the result, which is another way to look at the end."""
        self.is_awaited = True
        return super().result()


def watch_tasks() -> None:
    """Have the running loop make tasks that are watched."""
    loop = asyncio.get_running_loop()
    if loop.get_task_factory() is None:
        loop.set_task_factory(lambda loop, coroutine, **options: _start(loop, coroutine, options))


def _start(loop: asyncio.AbstractEventLoop, coroutine: Any, options: Any) -> WatchedTask:
    task = WatchedTask(coroutine, loop=loop, **options)
    _started.append(task)
    return task


_started: list[WatchedTask] = []


class Tasks:
    """The tasks that are started from now on, and have to be ended."""

    def __init__(self) -> None:
        self._others = asyncio.all_tasks()
        self.left: set[asyncio.Task[Any]] = set()

    async def end(self) -> None:
        """Cancel what a moment later is still running, and keep it in `left`."""
        running = asyncio.all_tasks() - self._others - {asyncio.current_task()}
        running = {task for task in running if not getattr(task, "in_background", False)}
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
    watch_tasks()
    _started.clear()
    loop = request.node.stash[LOOP] = asyncio.get_running_loop()
    tasks = Tasks()
    lost: list[dict[str, Any]] = []
    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: lost.append(context))
    try:
        yield tasks
        await tasks.end()
        forgotten = _forgotten()
        gc.collect(1)  # a failed task complains when it is collected, and it is young
    finally:
        loop.set_exception_handler(handler)
    if tasks.left and TIMED_OUT not in request.node.stash:  # the timeout left them, and said so
        refuse("tasks-left", tasks=", ".join(map(repr, tasks.left)))
    for context in lost:
        exception = context.get("exception")
        refuse("never-retrieved", exception, message=context["message"], exception=repr(exception))
    if forgotten:
        refuse("task-forgotten", places=", ".join(forgotten))


def _forgotten() -> list[str]:
    """Return where tasks were started that are done, and at whose end nobody looked."""
    tasks = [task for task in _started if task.place and task.done() and not task.is_awaited]
    places = [task.place for task in tasks if not task.in_background]
    _started.clear()
    return places
