"""What breaks under a service breaks nothing that it has promised: benchmarks/faults.py, briefly.

The whole program kills the server twenty times and takes some minutes.
"""

import sys

from tests import template
from tests.shell import run


def test_faults_lose_nothing_and_are_no_bugs() -> None:
    """Two kills, one restart of the database, cut connections, a small pool, a full disk."""
    faults = [sys.executable, "-m", "benchmarks.faults", "--quick"]

    output = run(faults, folder=template.ROOT).check()

    assert "lost: 0 (bar 0)" in output
    assert "500: 0 (bar 0)" in output
    assert output.endswith("passed\n")
