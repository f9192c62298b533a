"""Refuses tests, fixtures and helpers that leave the one event loop of the run."""

import asyncio
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from pytest_asyncio import is_async_test

from ..refusal import refuse
from ..strictness import uses

ASKED_FOR = pytest.StashKey[set[str]]()


def requested_fixtures(request: pytest.FixtureRequest) -> set[str]:
    """Return the fixtures of a test: by name, by parameter, or by getfixturevalue()."""
    item = request.node
    callspec = getattr(item, "callspec", None)
    parameters = callspec.params.values() if callspec else ()
    # A lazy fixture is an object with the name of a fixture.
    named = [getattr(value, "name", value) for value in parameters]
    by_parameter = {name for name in named if isinstance(name, str)}
    return {*request.fixturenames, *by_parameter, *item.stash.get(ASKED_FOR, ())}


def pytest_configure(config: pytest.Config) -> None:
    """Know which fixtures tests ask for by getfixturevalue(), as lazy fixtures do too."""
    get = pytest.FixtureRequest.getfixturevalue

    def getfixturevalue(request: pytest.FixtureRequest, argname: str) -> Any:
        item = request.node
        if isinstance(item, pytest.Function):
            item.stash.setdefault(ASKED_FOR, set()).add(argname)
            if _is_in_loop() and _is_async(argname, item):
                refuse("fixture-in-loop", fixture=argname)
        return get(request, argname)

    patch = pytest.MonkeyPatch()
    patch.setattr(pytest.FixtureRequest, "getfixturevalue", getfixturevalue)
    config.add_cleanup(patch.undo)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> pytest.Function | None:
    """Collect an asynchronous generator as a test that is refused: else it stops the run."""
    if inspect.isasyncgenfunction(obj) and collector.istestfunction(obj, name):

        def refused() -> None:
            refuse("generator-test", test=name)
            pytest.fail("a test is a coroutine, and no generator", pytrace=False)

        item: pytest.Function = pytest.Function.from_parent(collector, name=name, callobj=refused)
        return item
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a test whose fixtures run in another loop than the test, before they are set up."""
    if not isinstance(item, pytest.Function):
        return
    test = item.originalname
    if item.get_closest_marker("anyio"):
        refuse("anyio-mark", test=test)
    if is_async_test(item):
        mark = item.get_closest_marker("asyncio")
        if mark and mark.kwargs.get("loop_scope", "session") != "session":
            refuse("own-loop", test=test)
        if uses(item, "client"):
            refuse("async-client", test=test)
    elif fixtures := [name for name in _asked_for(item) if _is_async(name, item)]:
        refuse("async-fixtures", test=test, fixtures=", ".join(fixtures))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Refuse every new event loop in an async test and its fixtures, in whichever thread."""
    with pytest.MonkeyPatch.context() as patch:
        if is_async_test(item):
            for module in (asyncio, asyncio.events):
                patch.setattr(module, "new_event_loop", _new_event_loop)
        return (yield)


NEW_EVENT_LOOP = asyncio.new_event_loop  # noqa: TID251 - what pytest-asyncio needs


_own_loop: ContextVar[bool] = ContextVar("own_loop", default=False)


@contextmanager
def own_loop_allowed() -> Iterator[None]:
    """Let what is called in the block start an event loop, in a thread of its own."""
    token = _own_loop.set(True)
    try:
        yield
    finally:
        _own_loop.reset(token)


def _new_event_loop() -> asyncio.AbstractEventLoop:
    """Refuse a new loop, unless pytest-asyncio makes it: that is the one."""
    frame = sys._getframe(1)
    while frame.f_globals["__name__"].partition(".")[0] in {"asyncio", "anyio"} and frame.f_back:
        frame = frame.f_back
    if frame.f_globals["__name__"].partition(".")[0] == "pytest_asyncio":
        return NEW_EVENT_LOOP()
    if not _own_loop.get():
        refuse("new-loop")
    return NEW_EVENT_LOOP()


def _asked_for(item: pytest.Function) -> list[str]:
    """Return the fixtures that a test names itself."""
    used = [name for mark in item.iter_markers("usefixtures") for name in mark.args]
    return [*inspect.signature(item.obj).parameters, *used]


def _is_async(fixture: str, item: pytest.Function) -> bool:
    """Return whether a fixture, or one that it is made of, is asynchronous."""
    definitions = item.session._fixturemanager.getfixturedefs(fixture, item) or ()
    return any(
        inspect.iscoroutinefunction(definition.func)
        or inspect.isasyncgenfunction(definition.func)
        or any(_is_async(name, item) for name in definition.argnames if name != fixture)
        for definition in definitions[-1:]
    )


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
