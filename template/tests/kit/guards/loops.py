"""Refuses tests, fixtures and helpers that leave the one event loop of the run."""

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_asyncio import is_async_test

from ..refusal import refuse


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a test whose fixtures run in another loop than the test, before they are set up."""
    if not isinstance(item, pytest.Function):
        return
    test = item.originalname
    if is_async_test(item):
        mark = item.get_closest_marker("asyncio")
        if mark and mark.kwargs.get("loop_scope", "session") != "session":
            refuse("own-loop", test=test)
        if "client" in item.fixturenames:
            refuse("async-client", test=test)
    elif fixtures := [name for name in _asked_for(item) if _is_async(name, item)]:
        refuse("async-fixtures", test=test, fixtures=", ".join(fixtures))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[Any]:
    """Refuse every new event loop while an async test runs, in whichever thread."""
    with pytest.MonkeyPatch.context() as patch:
        if is_async_test(pyfuncitem):
            for module in (asyncio, asyncio.events):
                patch.setattr(module, "new_event_loop", _refuse_new_loop)
        return (yield)


def _asked_for(item: pytest.Function) -> list[str]:
    """Return the fixtures that a test names itself."""
    used = [name for mark in item.iter_markers("usefixtures") for name in mark.args]
    return [*inspect.signature(item.obj).parameters, *used]


def _is_async(fixture: str, item: pytest.Function) -> bool:
    """Return whether a fixture, or one that it is made of, is asynchronous."""
    definitions = item._fixtureinfo.name2fixturedefs.get(fixture, ())
    return any(
        inspect.iscoroutinefunction(definition.func)
        or inspect.isasyncgenfunction(definition.func)
        or any(_is_async(name, item) for name in definition.argnames if name != fixture)
        for definition in definitions[-1:]
    )


def _refuse_new_loop() -> asyncio.AbstractEventLoop:
    refuse("new-loop")
