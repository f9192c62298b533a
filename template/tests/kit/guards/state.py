"""Puts back what a test changed and left: on the shared application, and in the process."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel
from pytest_asyncio import is_async_test
from sqlalchemy import event
from sqlalchemy.event.registry import _EventKey

from .. import origin
from ..adapter import load_adapter
from ..lifespan import Lifespan
from ..refusal import refuse
from ..sessions import engines_of, session_class
from ..strictness import only_warns

MISSING = object()
OF_PYTEST = {"PYTEST_CURRENT_TEST"}
Place = MutableMapping[Any, Any]
shared: list[Lifespan] = []
"""The application that all tests share, as long as it runs."""

_listeners: list[_EventKey[Any]] = []
_test: list[pytest.Item] = []


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test for state that it changed and left, and undo that for the next one."""
    for running in shared:
        load_adapter().reset(running)
    before = [(owner, words, place, dict(place)) for owner, words, place in _places()]
    applications = [_Application.of(running) for running in shared]
    _listeners.clear()
    yield
    left: list[str] = []
    strict = not only_warns()  # else other tests may count on what this one leaves
    for owner, words, place, old in before:
        if owner in (None, *shared):  # one that was stopped has left its state itself
            is_opened = owner is not None and place is owner.app.state._state
            left += _restore(words, place, old, undo=strict or is_opened)
    if strict:
        left += [text for one in applications if one.running in shared for text in one.restore()]
        left += _remove_listeners()
    if left:
        refuse("state-left", left=", ".join(left))


def _places() -> Iterator[tuple[Lifespan | None, str, Place]]:
    """Yield mappings that outlive a test, whose they are, and the words for their entries."""
    yield None, "os.environ[{name!r}]", os.environ
    yield None, "asyncio.{name}", asyncio.__dict__
    for running in shared:
        for words, place in _places_of(running):
            yield running, words, place


def _places_of(running: Lifespan) -> Iterator[tuple[str, Place]]:
    yield "the override of {name}", running.app.dependency_overrides
    yield "app.state.{name}", running.app.state._state
    yield from _inner_places(running.app.state._state)
    yield "the lifespan's state {name!r}", running.state
    yield "the handler of {name}", running.app.exception_handlers
    yield from _inner_places(running.state)


def _inner_places(state: Mapping[Any, Any]) -> Iterator[tuple[str, Place]]:
    """Yield what is kept in the state: mappings of the application, and its settings."""
    for name, value in state.items():
        shown = getattr(name, "__name__", name)
        if isinstance(value, dict):
            yield f"the state {{name}} in {shown!r}", value
            yield from _inner_places(value)
        elif isinstance(value, BaseModel):
            yield f"{shown}.{{name}}", vars(value)


def _restore(words: str, place: Place, before: Mapping[Any, Any], *, undo: bool) -> Iterator[str]:
    """Yield the words for each difference in a mapping, and put it back to what it was."""
    for key in {**before, **place}:
        old, new = before.get(key, MISSING), place.get(key, MISSING)
        if old is new or key in OF_PYTEST or (isinstance(old, str) and old == new):
            continue
        if undo and old is MISSING:
            del place[key]
        elif undo:
            place[key] = old
        yield words.format(name=getattr(key, "__name__", key))


@dataclass
class _Application:
    """What an application had before a test. Routes may be added, and go again in silence."""

    running: Lifespan
    routes: list[Any]
    middleware: list[Any]
    stack: Any

    @classmethod
    def of(cls, running: Lifespan) -> _Application:
        app = running.app
        return cls(running, app.router.routes[:], app.user_middleware[:], app.middleware_stack)

    def restore(self) -> Iterator[str]:
        app = self.running.app
        if app.router.routes != self.routes:
            app.router.routes[:] = self.routes
            app.openapi_schema = None
        if (app.user_middleware, app.middleware_stack) != (self.middleware, self.stack):
            app.user_middleware[:], app.middleware_stack = self.middleware, self.stack
            yield "a middleware"


def _remove_listeners() -> Iterator[str]:
    """Remove the listeners that the test left on something that outlives it."""
    lasting = [part for running in shared for part in _listened_to(running)]
    for key in _listeners:
        target, name = key.target, getattr(key.target, "__qualname__", "")
        of_a_module = name and getattr(sys.modules.get(target.__module__), name, None) is target
        lasts = of_a_module or any(target is part for part in lasting)
        if lasts and event.contains(target, key.identifier, key.fn):
            event.remove(target, key.identifier, key.fn)
            yield f"a listener to {key.identifier!r}"


def _listened_to(running: Lifespan) -> list[Any]:
    database = load_adapter().database(running)
    engines = engines_of(database)
    classes = map(session_class, database.session_makers)
    bases = [base for kind in classes for base in kind.__mro__]
    return [*engines, *(engine.pool for engine in engines), *bases]


class _Guarded(ModuleType):
    """The module asyncio, while asynchronous tests use it."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "sleep" and value is not SLEEP and _test and is_async_test(_test[0]):
            refuse("sleep-replaced")
        super().__setattr__(name, value)


SLEEP = asyncio.sleep


def pytest_configure(config: pytest.Config) -> None:
    """Note the listeners that project code adds, and refuse another `asyncio.sleep`."""
    listen = _EventKey.listen

    def noted(key: _EventKey[Any], *arguments: Any, **options: Any) -> None:
        listen(key, *arguments, **options)
        code = getattr(key.fn, "__code__", None)
        if code and origin.is_project(code.co_filename) and origin.current_lifespan() is None:
            _listeners.append(key)

    patch = pytest.MonkeyPatch()
    patch.setattr(_EventKey, "listen", noted)
    patch.setattr(asyncio, "__class__", _Guarded)
    config.add_cleanup(patch.undo)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Know which test is running."""
    _test[:] = [item]
    try:
        return (yield)
    finally:
        _test.clear()
