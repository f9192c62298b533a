"""How a guard says no: at once, and again at the end of the test if that was swallowed."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

WORDS = tomllib.loads(Path(__file__).with_name("explanations.toml").read_text())
_refusals: list[str] = []


class Refused(RuntimeError):
    """A test, or the service in a test, did what a guard forbids; the message names the fix."""


def explain(words: dict[str, str], **details: object) -> str:
    """Return the words of a guard or diagnosis as a text."""
    text = "{what}\nWhy: {why}\nFix: {fix}".format_map(words).format_map(details)
    return f"{text}\nMore: Oneloop, troubleshooting.md#{words['page']}" if "page" in words else text


def refuse(guard: str, cause: BaseException | None = None, **details: object) -> NoReturn:
    """Raise `Refused`, and remember it: the service may turn the exception into a response."""
    __tracebackhide__ = True
    _refusals.append(explain(WORDS["guard"][guard], **details))
    raise Refused(_refusals[-1]) from cause


@contextmanager
def expect_refusal(match: str) -> Iterator[None]:
    """Expect a guard to refuse what happens in the block: for the tests of the guards."""
    with pytest.raises(Refused, match=match):
        yield
    _refusals.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail the test in which a refusal was swallowed, or show it beside what came of that."""
    _refusals.clear()
    try:
        yield
    except BaseException as error:
        if _refusals and not isinstance(error, Refused):
            item.add_report_section("call", "guard", _refusals[0])
        raise
    if _refusals:
        pytest.fail(_refusals[0], pytrace=False)
