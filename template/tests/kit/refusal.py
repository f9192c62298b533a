"""How a guard says no: at once, and again at the end of the test if that was swallowed."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from . import origin, strictness

WORDS = tomllib.loads(Path(__file__).with_name("explanations.toml").read_text())
_refusals: list[str] = []
noticed: set[str] = set()
"""The hints that a failure of the running test gets."""


class Refused(RuntimeError):
    """A test, or the service in a test, did what a guard forbids; the message names the fix."""


def explain(words: dict[str, str], **details: object) -> str:
    """Return the words of a guard or diagnosis as a text."""
    text = "{what}\nWhy: {why}\nFix: {fix}".format_map(words).format_map(details)
    return f"{text}\nMore: Oneloop, troubleshooting.md#{words['page']}" if "page" in words else text


def refuse(guard: str, cause: BaseException | None = None, **details: object) -> None:
    """Raise `Refused`, and remember it: the service may turn the exception into a response.

    Where guards only warn, note it and return.
    """
    __tracebackhide__ = True
    if strictness.only_warns():
        strictness.note(guard, WORDS["guard"][guard], details)
        return
    text = explain(WORDS["guard"][guard], **details)
    if not origin.in_background():  # no test asked for that, and none would know why it failed
        _refusals.append(text)
    raise Refused(text) from cause


def give_up(message: str) -> NoReturn:
    """End the run: every test would fail for the same reason."""
    if "PYTEST_XDIST_WORKER" in os.environ:  # which may not exit by itself
        pytest.fail(message, pytrace=False)
    pytest.exit(message, returncode=pytest.ExitCode.USAGE_ERROR)


@contextmanager
def expect_refusal(match: str) -> Iterator[None]:
    """Expect a guard to refuse what happens in the block: for the tests of the guards."""
    with pytest.raises(Refused, match=match):
        yield
    _refusals.clear()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Fail the test whose setup swallowed a refusal, or show it beside what came of that."""
    _refusals.clear()
    noticed.clear()
    yield from _reporting(item, "setup")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Do the same for the test itself."""
    yield from _reporting(item, "call")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Do the same for what comes to light after the test."""
    yield from _reporting(item, "teardown")


def _reporting(item: pytest.Item, when: str) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        if _refusals and not isinstance(error, Refused):
            item.add_report_section(when, "guard", _refusals[0])
        raise
    finally:
        refusals = _refusals.copy()
        _refusals.clear()
    if refusals:
        pytest.fail(refusals[0], pytrace=False)
