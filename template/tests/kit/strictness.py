"""How strict the guards are, for a suite that is being converted.

`oneloop_guards` in pytest's configuration says it, one line for each folder or file:

    oneloop_guards =
        warn
        error tests/orders

A test that uses the databases of the kit is always guarded: its transaction depends on that.
"""

import inspect
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from warnings import warn

import pytest

from . import origin

OPTION = "oneloop_guards"
MODES = ("error", "warn")
OF_KIT = ("_databases", "client")


class GuardWarning(UserWarning):
    """A guard would refuse the test."""


_modes: dict[Path, str] = {}
_mode: list[str] = []
"""How strict the guards are in the running test, and within it in fixtures of many tests."""

_noted: dict[str, str] = {}
"""What guards said about the running test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting."""
    parser.addini(OPTION, "`warn` or `error`, and a path: how strict the guards are", "linelist")


def pytest_configure(config: pytest.Config) -> None:
    """Read the setting."""
    _modes.clear()
    for line in config.getini(OPTION):
        mode, _, path = line.partition(" ")
        if mode not in MODES:
            raise pytest.UsageError(
                f"{config.inipath}: `{OPTION}` has the line {line!r}: write `warn` or `error`, "
                "and the path of a folder or file unless it is meant for all."
            )
        folder = (config.rootpath / path.strip()).resolve()
        if not folder.exists():
            raise pytest.UsageError(f"{config.inipath}: `{OPTION}` names {path}: nothing is there.")
        _modes[folder] = mode


def uses(item: pytest.Item, fixture: str) -> bool:
    """Return whether a test uses a fixture of the kit, and not another one of its name."""
    known = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return any(origin.is_kit(_file(one.func)) for one in known.get(fixture, ())[-1:])


def _file(function: Any) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code.co_filename if code else ""


def mode_of(item: pytest.Item) -> str:
    """Return how strict the guards are in a test."""
    return "error" if any(uses(item, name) for name in OF_KIT) else _mode_at(item.path)


def _mode_at(path: Path) -> str:
    """Return what is said of a file, or else of the nearest folder."""
    return next((_modes[one] for one in (path, *path.parents) if one in _modes), "error")


def only_warns() -> bool:
    """Return whether guards only warn in the running test, or in the fixture that is running."""
    return _mode[-1:] == ["warn"]


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
    """Hold a fixture that many tests share to the guards of its own file: it may be an old one."""
    file = _file(fixturedef.func)
    if fixturedef.scope == "function" or not origin.is_project(file):
        return (yield)
    mode = _mode_at(Path(file))

    def leave() -> None:
        _mode.pop()

    fixturedef.addfinalizer(leave)  # finalizers run backwards
    _mode.append(mode)
    try:
        return (yield)
    finally:
        leave()
        fixturedef.addfinalizer(lambda: _mode.append(mode))


def note(guard: str, words: Mapping[str, str], details: Mapping[str, object]) -> None:
    """Note what a guard would have refused: the end of the test warns of it, once."""
    text = "{what} Fix: {fix}".format_map(words).format_map(dict(details))
    _noted.setdefault(guard, text)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Know how strict the guards are in the running test."""
    _mode[:] = [mode_of(item)]
    _noted.clear()
    try:
        return (yield)
    finally:
        _mode.clear()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Warn of what the guards noted."""
    try:
        return (yield)
    finally:
        for guard, text in _noted.items():
            warn(f"{guard}: {text}", GuardWarning, stacklevel=1)
        _noted.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the tests that the guards warned of: the number shrinks as the suite is converted."""
    reports = terminalreporter.stats.get("warnings", ())
    found = (re.search(r"GuardWarning: ([\w-]+):", report.message) for report in reports)
    if counts := Counter(match[1] for match in found if match):
        listed = ", ".join(f"{count} {guard}" for guard, count in counts.most_common())
        terminalreporter.write_line(f"The guards would refuse: {listed}.")
