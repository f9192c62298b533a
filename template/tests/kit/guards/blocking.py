"""Finds code of the service that blocks the event loop."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from blockbuster import BlockBuster

from ..adapter import load_adapter
from ..strictness import only_warns

# Functions that may block. `Adapter.may_block` adds those of this service.
MAY_BLOCK = {
    # What is read once: the version of a library, a time zone, a template.
    "importlib/metadata/__init__.py": {"read_text"},
    "zoneinfo/_common.py": {"load_data", "load_tzdata"},
    "jinja2/loaders.py": {"get_source"},
    # A debugger, which waits for a person.
    "/bdb.py": {"trace_dispatch", "set_trace"},
    "/pdb.py": {"__init__", "interaction", "set_trace"},
    "_pytest/debugging.py": {"_init_pdb", "set_trace"},
}


@pytest.fixture(scope="session", autouse=True)
def _no_blocking_calls() -> Iterator[None]:
    """Raise `BlockingError` where code of the service blocks the event loop."""
    adapter = load_adapter()
    functions = BlockBuster(scanned_modules=adapter.package).functions
    # Not os.stat and the like: libraries ask the file system, which answers in microseconds.
    watched = [function for name, function in functions.items() if not name.startswith("os.")]
    for function in watched:
        for file, names in {**MAY_BLOCK, **adapter.may_block}.items():
            function.can_block_in(file, names)
        function.can_block_predicate = _or_only_warned_of(function.can_block_predicate)
        function.activate()
    yield
    for function in watched:
        function.deactivate()


def _or_only_warned_of(may_block: Callable[..., bool]) -> Callable[..., bool]:
    """Return a condition that also holds where guards only warn: this one would stop the call."""

    def or_only_warned_of(*arguments: Any, **options: Any) -> bool:
        return only_warns() or may_block(*arguments, **options)

    return or_only_warned_of
