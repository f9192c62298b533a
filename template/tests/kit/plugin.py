"""The plugin that pytest.ini loads (`-p tests.kit.plugin`). It registers the parts of the kit."""

import sys
from pathlib import Path

import pytest

from . import advice, audit, background, diagnosis, fixtures, postgres, refusal, tiers
from .guards import blocking, connections, engines, loops, network, state, tasks

PARTS = (
    *(audit, refusal, diagnosis, advice),
    *(background, connections, engines, loops, network, state, tasks, blocking),
    *(postgres, tiers, fixtures),
)
# All fixtures and tests are in one event loop.
SETTINGS = {
    "asyncio_mode": "auto",
    "asyncio_default_fixture_loop_scope": "session",
    "asyncio_default_test_loop_scope": "session",
}


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


def pytest_configure(config: pytest.Config) -> None:
    """Refuse settings of pytest that put fixtures and tests into different event loops."""
    for name, value in SETTINGS.items():
        if config.getini(name) != value:
            place = config.inipath or "pytest.ini"
            raise pytest.UsageError(f"{place}: the kit needs the line `{name} = {value}`.")


def require(config: pytest.Config, conftest: str) -> None:
    """Refuse a run that has not read the pytest.ini of the project: for its conftest.py."""
    if not config.pluginmanager.is_registered(sys.modules[__name__]):
        project = Path(conftest).parents[1].relative_to(config.invocation_params.dir)
        raise pytest.Collector.CollectError(
            f"pytest has not read {project}/pytest.ini: name the folder, `pytest {project}`."
        )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use the database, so that `-m "not async_db"` leaves them out."""
    for item in items:
        if "databases" in getattr(item, "fixturenames", ()):
            item.add_marker("async_db")
