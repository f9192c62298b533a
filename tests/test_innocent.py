"""Strangers, and one bad user, keep nobody else from the service: benchmarks/innocent.py, briefly.

Its bars for times hold on a quiet machine only; that others get no error holds everywhere.
"""

import sys

from tests import template
from tests.shell import run

LOADS = ("slow_bodies", "many_keys", "slow_searches")


def test_innocent_callers_get_no_error() -> None:
    """While connections hang, bodies are wrong in many places, and one user searches."""
    loads = [sys.executable, "-m", "benchmarks.innocent", "--quick", *LOADS]

    output = run(loads, folder=template.ROOT).output

    assert output.count("errors none") == len(LOADS), output
