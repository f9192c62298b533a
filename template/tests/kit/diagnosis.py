"""Explains failures of async tests: a section "Diagnosis" says what happened, why, and the fix.

What a timeout interrupts gets another one: where every task is waiting.
"""

import asyncio
import re
import traceback
from collections.abc import Generator, Iterator
from difflib import get_close_matches
from typing import Any

import pytest

from .guards.tasks import LOOP
from .refusal import WORDS, explain

# What has a frame and waits for something else: coroutines, generators of both kinds.
KINDS = (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom"), ("ag_frame", "ag_await"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the diagnosis to the report of a failure that is known."""
    report = yield
    if call.excinfo and report.failed:
        if text := diagnose(call.excinfo.value):
            report.sections.append(("Diagnosis", text))
        if "from pytest-timeout" in str(call.excinfo.value) and LOOP in item.stash:
            stacks = map(_stack, asyncio.all_tasks(item.stash[LOOP]))
            report.sections.append(("Where the tasks are waiting", "\n".join(stacks)))
    return report


def diagnose(error: BaseException) -> str | None:
    """Return the explanation of an exception, or else of one of those behind it."""
    for one in _chain(error):
        if isinstance(one, pytest.FixtureLookupError):
            return _unknown_fixture(one)
        text = f"{type(one).__name__}: {one} {_failing_line(one)}"
        for words in WORDS["diagnosis"]:
            if re.search(words["pattern"], text):
                return explain(words)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception, those in its group, and those that it was raised from."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _chain(member)
        error = error.__cause__ or error.__context__


def _failing_line(error: BaseException) -> str:
    """Return the source of a bare assertion: httpx2's transport has nothing else to say."""
    if not isinstance(error, AssertionError) or error.args or not error.__traceback__:
        return ""
    return traceback.extract_tb(error.__traceback__)[-1].line or ""


def _unknown_fixture(error: pytest.FixtureLookupError) -> str:
    name = error.argname or ""
    _, _, available = error.formatrepr().errorstring.partition("available fixtures: ")
    known = [*WORDS["other_names"], *available.splitlines()[0].split(", ")]
    near = get_close_matches(name.strip("_"), known, n=1) or ["pytest --fixtures"]
    words = WORDS["event-loop" if name == "event_loop" else "unknown-fixture"]
    return explain(words, name=name, nearest=WORDS["other_names"].get(near[0], near[0]))


def _stack(task: asyncio.Task[Any]) -> str:
    """Return the places where a task waits; `Task.get_stack()` has only the outermost."""
    lines = [f"{task.get_name()}:"]
    waiting: Any = task.get_coro()
    while kind := next((kind for kind in KINDS if hasattr(waiting, kind[0])), None):
        if frame := getattr(waiting, kind[0]):
            lines += traceback.format_list(traceback.extract_stack(frame, limit=1))
        waiting = getattr(waiting, kind[1])
    return "".join([lines[0], "\n", *lines[1:]])
