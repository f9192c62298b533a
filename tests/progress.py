"""A line for each rendered project as it ends: a run of many minutes says where it is."""

from collections.abc import Iterable
from typing import Any

import pytest


class Progress:
    """Counts the tests of `test_variant`, in the process that reports."""

    def __init__(self, config: pytest.Config) -> None:
        """Expect nothing yet."""
        self._config = config
        self._left: set[str] = set()
        self._started: dict[str, float] = {}
        self._failed: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Expect the tests of a run in one process."""
        self._expect(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Expect the tests of a run in several processes; each of them collects all."""
        self._expect(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Report a project that is done: how it went, its time, and what is left."""
        if report.nodeid not in self._left:
            return
        self._started.setdefault(report.nodeid, report.start)
        if report.failed:
            self._failed.add(report.nodeid)
        if report.when == "teardown":
            self._left.discard(report.nodeid)
            self._say(report)

    def _expect(self, nodeids: Iterable[str]) -> None:
        self._left |= {nodeid for nodeid in nodeids if "::test_variant[" in nodeid}

    def _say(self, report: pytest.TestReport) -> None:
        name = report.nodeid.partition("[")[2].removesuffix("]")
        properties: list[tuple[str, Any]] = report.user_properties
        tests = sum(value for key, value in properties if key == "rendered_tests")
        seconds = report.stop - self._started[report.nodeid]
        outcome = "FAILED" if report.nodeid in self._failed else f"{tests:,} tests passed"
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        reporter.ensure_newline()
        reporter.write_line(f"{name}: {outcome}, {seconds:.0f} s; {len(self._left)} left")
