"""Fixtures for the template's tests, and the count of what the rendered suites ran."""

import fcntl
import json
import os
from collections.abc import Callable

import pytest

from tests import template
from tests.progress import Progress
from tests.template import Rendered
from tests.updates.table import table

# They are tests of a rendered project, which has its own libraries.
collect_ignore = [
    "clients",
    "foreign",
    "mistakes",
    "recipes",
    "kit/inside",
    "overlays",
    "updates/month",
]


def pytest_configure(config: pytest.Config) -> None:
    """Report each rendered project as it ends, in the process that reports."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.pluginmanager.register(Progress(config))


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Rendered]:
    """Return the project of an answer set, rendered once for all workers: for reading only."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "rendered"
    folder.mkdir(exist_ok=True)
    done: dict[str, Rendered] = {}

    def render(name: str) -> Rendered:
        if name not in done:
            project, answers = folder / name, folder / f"{name}.json"
            with (folder / f"{name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not answers.exists():
                    new = template.render(template.answers_of(name), project)
                    answers.write_text(json.dumps(new.answers), encoding="utf-8")
            done[name] = Rendered(project, json.loads(answers.read_text(encoding="utf-8")))
        return done[name]

    return render


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the rendered suites first: at the end, short tests keep every worker busy."""
    items.sort(key=lambda item: not item.name.startswith("test_variant["))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how many rendered suites passed, how many tests they held, and the updates.

    Pytest-xdist carries the properties from the workers to here.
    """
    for status in ("passed", "failed"):
        for line in table(terminalreporter.getreports(status)):
            terminalreporter.write_line(line)
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
