"""The plugin that pytest.ini loads (`-p tests.kit.plugin`). It registers the parts of the kit."""

import sys
from pathlib import Path

import pytest

try:
    from . import (
        adapter,
        advice,
        audit,
        background,
        diagnosis,
        fixtures,
        overrides,
        postgres,
        refusal,
        strictness,
        tiers,
    )
    from .guards import blocking, connections, engines, loops, network, state, tasks
except ModuleNotFoundError as error:
    raise pytest.UsageError(
        f"The kit needs a library: {error}. tests/kit/README.md lists those that it needs."
    ) from error

PARTS = (
    *(audit, strictness, overrides, refusal, diagnosis, advice),
    *(background, connections, engines, loops, network, state, tasks, blocking),
    *(postgres, tiers, fixtures),
)
# All fixtures and tests are in one event loop.
SETTINGS = {
    "asyncio_mode": "auto",
    "asyncio_default_fixture_loop_scope": "session",
    "asyncio_default_test_loop_scope": "session",
}

MARKS = (
    'async_db: uses the database; added by itself, so that -m "not async_db" leaves it out',
    "keep_objects: requests leave the objects of db_session in it",
)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Register every part, and add `--transport`."""
    for part in PARTS:
        if not pluginmanager.is_registered(part):  # by `-p tests.kit.audit`
            pluginmanager.register(part, part.__name__)
    parser.addoption(
        "--transport",
        choices=["in-process", "live"],
        default="in-process",
        help="live: send the requests of every async test to a real server",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse settings of pytest that put fixtures and tests into different event loops."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    if config.getoption("audit_clients") is not None:
        return  # nothing is run
    if not config.pluginmanager.has_plugin("asyncio"):
        raise pytest.UsageError("The kit needs pytest-asyncio: install it, or allow its plugin.")
    for name, value in SETTINGS.items():
        if config.getini(name) != value:
            place = config.inipath or "pytest.ini"
            written = f'"{value}"' if str(place).endswith(".toml") else value
            raise pytest.UsageError(f"{place}: the kit needs the line `{name} = {written}`.")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse an adapter that does not fit, before any test runs."""
    adapter.load_adapter()


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
        if "_databases" in getattr(item, "fixturenames", ()):
            item.add_marker("async_db")
