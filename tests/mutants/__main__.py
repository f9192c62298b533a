"""Hunts the bugs: `uv run python -m tests.mutants [--auth jwt] [--only 'jwt/*'] [--jobs 2]`.

Gives 1 where the suite of an auth style misses too many of them.
"""

import argparse
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from fnmatch import fnmatch
from pathlib import Path

from tests.mutants.catalogue import STYLES, Mutant, of_style
from tests.mutants.hunt import Habitat, Outcome, Verdict

BAR = 0.95
"""The part of the bugs that a suite has to notice, in every auth style."""


class Hunters:
    """Threads that hunt, each in projects of its own."""

    def __init__(self, folder: Path) -> None:
        """Hunt in projects below `folder`."""
        self._folder = folder
        self._own = threading.local()
        self._lock = threading.Lock()
        self._failing: dict[str, list[str]] = {}
        self._all: list[Habitat] = []

    def hunt(self, mutant: Mutant, style: str, project: str) -> Outcome:
        """Try one bug out."""
        own: dict[str, Habitat] = self._own.__dict__
        if project not in own:
            folder = self._folder / threading.current_thread().name / project
            own[project] = Habitat(style, project, folder)
            self._all.append(own[project])
            own[project].leave_out(self._failing_without(project, own[project]))
        return own[project].try_out(mutant, style)

    def close(self) -> None:
        """Leave nothing running."""
        for habitat in self._all:
            habitat.close()

    def _failing_without(self, project: str, habitat: Habitat) -> list[str]:
        """Return the tests that fail without any bug: one thread looks, the others wait."""
        with self._lock:
            if project not in self._failing:
                self._failing[project] = habitat.failing()
                for test in self._failing[project]:
                    print(f"left out in {project}, it fails without any bug: {test}", flush=True)
            return self._failing[project]


def main() -> int:
    """Hunt, tell each outcome, count."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--auth", action="append", choices=STYLES, help="only this style")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="only bugs so named")
    parser.add_argument("--jobs", type=int, default=2, help="how many suites run at once")
    arguments = parser.parse_args()
    outcomes = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.jobs) as pool:
        hunters = Hunters(Path(folder))
        hunts = [
            pool.submit(hunters.hunt, mutant, style, project)
            for style in arguments.auth or STYLES
            for mutant, project in of_style(style)
            if any(fnmatch(mutant.name, pattern) for pattern in arguments.only or ["*"])
        ]
        for hunt in as_completed(hunts):
            outcomes.append(hunt.result())
            print(outcomes[-1], flush=True)
        hunters.close()
    print(*_summary(outcomes), sep="\n")
    return any(_killed(outcomes, style) < BAR for style in {one.style for one in outcomes})


def _summary(outcomes: list[Outcome]) -> Iterator[str]:
    """Print what is not killed once more, and the totals."""
    yield ""
    for one in outcomes:
        if one.verdict in (Verdict.SURVIVED, Verdict.INVALID):
            yield str(one)
    for style, total in Counter(one.style for one in outcomes).items():
        share = _killed(outcomes, style)
        yield f"{style}: {round(share * total)} of {total} killed ({share:.1%})"


def _killed(outcomes: list[Outcome], style: str) -> float:
    verdicts = [one.verdict for one in outcomes if one.style == style]
    return sum(one in (Verdict.KILLED, Verdict.TIMEOUT) for one in verdicts) / len(verdicts)


if __name__ == "__main__":
    raise SystemExit(main())
