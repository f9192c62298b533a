"""Overrides of dependencies that modules write when they are imported.

`app.dependency_overrides[get_db] = ...` at the top of a module is meant for its own tests, and
reaches those of every other one. While a suite is converted, the converted tests are spared.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from fastapi import FastAPI

_at_import: WeakKeyDictionary[FastAPI, dict[Any, Any]] = WeakKeyDictionary()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Note the overrides of every application, before the first test runs."""
    for app in [one for one in gc.get_objects() if type(one) is FastAPI]:
        _at_import[app] = dict(app.dependency_overrides)


@contextmanager
def set_aside(app: FastAPI) -> Iterator[None]:
    """Take away what modules have overridden, until the block ends."""
    current = app.dependency_overrides
    for_others = {
        key: value for key, value in _at_import.get(app, {}).items() if current.get(key) is value
    }
    for key in for_others:
        del current[key]
    try:
        yield
    finally:
        current.update(for_others)
