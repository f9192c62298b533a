"""What the suite of a rendered project takes: to collect, to run one test, and to run all of it.

Wall seconds, and where they go. Bars, for the default project on two quiet cores: 50 seconds in one
process, 30 in two.

    uv run python -m benchmarks.suite [--database sqlite|postgres]
"""

import argparse
import re
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.service import installed, verdict
from tests.shell import run

BARS = {"in one process": 50, "in two": 30}
RUNS = {
    "to collect": ["--collect-only"],
    "one test": ["tests/routing/test_health.py"],
    "in one process": ["--durations=0", "-vv"],
    "in two": ["-n", "2"],
}
DURATION = re.compile(r"^(?P<seconds>[\d.]+)s (?:call|setup|teardown) +tests/(?P<folder>\w+)/")


def seconds_of(folder: Path, options: list[str]) -> tuple[float, str]:
    """Return the time that a run takes, and what it printed."""
    started = time.monotonic()
    words = ["uv", "run", "--no-sync", "pytest", "-q", *options]
    output = run(words, folder=folder, timeout=900).check()
    return time.monotonic() - started, output


def by_folder(output: str) -> dict[str, float]:
    """Return the seconds of the tests of each folder, the slowest first."""
    found: dict[str, float] = {}
    for duration in filter(None, map(DURATION.match, output.splitlines())):
        folder = duration["folder"]
        found[folder] = found.get(folder, 0) + float(duration["seconds"])
    return dict(sorted(found.items(), key=lambda item: item[1], reverse=True))


def measure(answers: Mapping[str, object]) -> bool:
    """Print the table of one project; return whether its bars are held."""
    passed = True
    with installed(answers, {}) as made:
        (made.folder / ".env").unlink()
        seconds_of(made.folder, RUNS["one test"])  # compiles what it imports
        for name, options in RUNS.items():
            seconds, output = seconds_of(made.folder, options)
            bar = BARS.get(name)
            print(f"{name:15} {seconds:6.1f} s" + (f"  bar {bar}" if bar else ""), flush=True)
            passed = passed and (bar is None or seconds <= bar)
            for folder, spent in by_folder(output).items():
                print(f"    {folder:15} {spent:6.1f} s")
    return passed


def main() -> None:
    """Measure the default project, or the one on another database."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", default="sqlite", choices=["sqlite", "postgres"])
    verdict(measure({"database": parser.parse_args().database}))


if __name__ == "__main__":
    main()
