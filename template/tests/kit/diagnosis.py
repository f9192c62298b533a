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

from . import origin
from .guards.tasks import FAILED, LOOP, TIMED_OUT
from .refusal import WORDS, Refused, explain, noticed


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the diagnosis to the report of a failure that is known."""
    report = yield
    if call.excinfo and report.failed:
        item.stash[FAILED] = True
        is_refused = any(name.endswith(" guard") for name, _ in report.sections)
        if not is_refused and (text := diagnose(call.excinfo.value)):
            report.sections.append(("Diagnosis", text))
        if isinstance(call.excinfo.value, AssertionError):
            hints = [explain(WORDS["hint"][name]) for name in sorted(noticed)]
            report.sections.extend(("Hint", text) for text in hints)
        if "from pytest-timeout" in str(call.excinfo.value) and LOOP in item.stash:
            item.stash[TIMED_OUT] = True
            endless = [one.name for one in origin.being_served if one.answer_has_begun]
            if endless:
                text = explain(WORDS["endless"], request=", ".join(endless))
                report.sections.append(("Diagnosis", text))
            stacks = map(_stack, asyncio.all_tasks(item.stash[LOOP]))
            report.sections.append(("Where the tasks are waiting", "\n".join(stacks)))
    return report


def diagnose(error: BaseException) -> str | None:
    """Return the explanation of an exception, or else of one of those behind it."""
    if any(isinstance(one, Refused) for one in _chain(error)):
        return None  # it has said everything
    for one in _chain(error):
        if isinstance(one, pytest.FixtureLookupError):
            return _unknown_fixture(one)
        text = f"{type(one).__name__}: {one} {_failing_line(one)}"
        for words in WORDS["diagnosis"]:
            if re.search(words["pattern"], text):
                return explain(words)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, those in its group, and those that it was raised from, each once."""
    pending, seen = [error], set[int]()
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        members = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        behind = one.__cause__ or one.__context__
        pending += [*([behind] if behind else []), *reversed(members)]


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
    """Return the places where a task waits."""
    frames = origin.waiting_frames(task)
    lines = [line for frame in frames for line in traceback.format_stack(frame, limit=1)]
    return "".join([f"{task.get_name()}:\n", *lines])
