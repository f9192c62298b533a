"""The plugin that pytest.ini loads (`-p tests.kit.plugin`). It registers the parts of the kit."""

import gc

import pytest

from . import audit, diagnosis, fixtures, postgres, refusal, tiers
from .guards import blocking, connections, loops, tasks

PARTS = (audit, refusal, connections, loops, tasks, blocking, diagnosis, postgres, tiers, fixtures)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Register every part, and add `--transport`."""
    for part in PARTS:
        pluginmanager.register(part, part.__name__)
    parser.addoption(
        "--transport",
        choices=["in-process", "live"],
        default="in-process",
        help="live: send the requests of every async test to a real server",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use the database, so that `-m "not async_db"` leaves them out."""
    for item in items:
        if "databases" in getattr(item, "fixturenames", ()):
            item.add_marker("async_db")
    gc.freeze()  # what was imported stays, and need not be searched for garbage again and again
