"""Fixtures for the template's tests, and the count of what the rendered suites ran."""

from collections.abc import Callable

import pytest

from tests import template
from tests.template import Rendered

collect_ignore = ["mistakes"]  # they are tests of a rendered project, which has its own libraries


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Rendered]:
    """Give the project of an answer set, rendered once: for reading only."""
    done: dict[str, Rendered] = {}

    def render(name: str) -> Rendered:
        if name not in done:
            folder = tmp_path_factory.mktemp(name) / "project"
            done[name] = template.render(template.answers_of(name), folder)
        return done[name]

    return render


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many rendered suites passed, and how many tests they held.

    Pytest-xdist carries the property `rendered_tests` from the workers to here.
    """
    counts = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "rendered_tests"
    ]
    if counts:
        terminalreporter.write_line(
            f"{len(counts)} rendered suites passed, {sum(counts)} rendered tests in all"
        )
