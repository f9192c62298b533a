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
from ..strictness import only_warns
from .coroutines import note_where_coroutines_are_made, refuse_coroutines_left
from .engines import forget_engines, refuse_engines_left

FAILED, TIMED_OUT = pytest.StashKey[bool](), pytest.StashKey[bool]()
LOOP = pytest.StashKey[asyncio.AbstractEventLoop]()
STARTERS = {"create_task", "ensure_future", "_wrap_awaitable"}
GRACE_SECONDS = 0.1  # for tasks that were cancelled, and transports that close


class WatchedTask(asyncio.Task[Any]):
    """A task that knows who started it, and whether anybody looks at its end."""

    def __init__(self, coroutine: Any, **options: Any) -> None:
        super().__init__(coroutine, **options)
        self.lifespan = origin.current_lifespan()
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

    def abandon(self) -> None:
        """Let the loop end without the task, which will not be cancelled."""
        asyncio.tasks._unregister_task(self)
        self._log_destroy_pending = False


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
        self.left |= await _end({task for task in running if not getattr(task, "lifespan", None)})


async def end_tasks_of(lifespan: object) -> set[asyncio.Task[Any]]:
    """Cancel what a lifespan that has ended is still running, and return it."""
    return await _end({task for task in asyncio.all_tasks() if _is_of(task, lifespan)})


def _is_of(task: asyncio.Task[Any], lifespan: object) -> bool:
    return getattr(task, "lifespan", None) is lifespan


async def _end(running: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    """Cancel what a moment later is still running, and return it."""
    if running:
        _, running = await asyncio.wait(running, timeout=GRACE_SECONDS)
    left = running
    for task in running:
        task.cancel()
    if running:
        _, running = await asyncio.wait(running, timeout=GRACE_SECONDS)
    for task in running:
        if isinstance(task, WatchedTask):
            task.abandon()
    return left


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
    note_where_coroutines_are_made()
    forget_engines()
    _started.clear()
    loop = request.node.stash[LOOP] = asyncio.get_running_loop()
    tasks = Tasks()
    lost: list[dict[str, Any]] = []
    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: lost.append(context))
    gc.freeze()  # so that only what this test makes is searched, which is little
    try:
        yield tasks
        forgotten = _forgotten()
        if not only_warns():  # else a fixture of the test may still need what is left
            await tasks.end()
            refuse_coroutines_left(silently=FAILED in request.node.stash)
            await refuse_engines_left()
        gc.collect()  # a failed task complains when it is collected
    finally:
        gc.unfreeze()
        loop.set_exception_handler(handler)
    if TIMED_OUT in request.node.stash:  # the timeout left the tasks behind, and has said so
        return
    if tasks.left:
        refuse("tasks-left", tasks=", ".join(map(_words, tasks.left)))
    for context in lost:
        exception = context.get("exception")
        refuse("never-retrieved", exception, message=context["message"], exception=repr(exception))
    if forgotten:
        refuse("task-forgotten", places=", ".join(forgotten))


def _words(task: asyncio.Task[Any]) -> str:
    """Return what is known of a task that was left."""
    what = getattr(task.get_coro(), "__qualname__", repr(task.get_coro()))
    place = getattr(task, "place", "")
    return f"{task.get_name()} ({what}{f', started at {place}' if place else ''})"


def _forgotten() -> list[str]:
    """Return where tasks were started that are done, and at whose end nobody looked."""
    tasks = [task for task in _started if task.place and task.done() and not task.is_awaited]
    places = [task.place for task in tasks if not task.lifespan]
    _started.clear()
    return places
