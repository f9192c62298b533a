"""Finds code of the service that blocks the event loop."""

from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster

from ..adapter import load_adapter

# Where blocking hurts nobody: the version of a library is read once.
MAY_BLOCK = {"importlib/metadata/__init__.py": {"read_text"}}


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
        function.activate()
    yield
    for function in watched:
        function.deactivate()
