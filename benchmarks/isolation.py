"""What it costs to keep one test from the next: ours beside the usual ways, on both databases.

Milliseconds for each test with its setup and teardown, medians of a run, the best of alternating
runs. Bars: the transaction of the kit at most 1.3 times no isolation at all, and at least 5 times
cheaper than a new engine with create_all for each test.

    uv run python -m benchmarks.isolation [sqlite|postgres] [--tables 1 10 50]
"""

import argparse
import json
import shutil
from pathlib import Path

from benchmarks.service import installed, verdict
from tests.shell import run

INSIDE = Path(__file__).parent / "inside" / "isolation.py"
ROUNDS = 3
KINDS = ["none", "transaction", "isolated", "delete", "truncate", "create_all", "migrations"]
WORDS = {
    "none": "no isolation",
    "transaction": "the kit: a transaction, rolled back",
    "isolated": "the kit: a database of its own",
    "delete": "DELETE from every table",
    "truncate": "TRUNCATE",
    "create_all": "a new engine and create_all",
    "migrations": "a new engine and all migrations",
}


def milliseconds(project: Path, kind: str, tables: int) -> float:
    """Return what one test of a kind takes."""
    command = "uv run --no-sync pytest -q -p no:randomly -p tests.test_isolation"
    environment = {"KIND": kind, "EXTRA_TABLES": str(tables)}
    words = [*command.split(), "tests/test_isolation.py"]
    run(words, folder=project, environment=environment).check()
    seconds: float = json.loads((project / "result.json").read_text(encoding="utf-8"))
    return seconds * 1000


def measure(database: str, tables: list[int]) -> bool:
    """Print the table of one database; return whether its bars are held."""
    kinds = [kind for kind in KINDS if database == "postgres" or kind != "truncate"]
    passed = True
    with installed({"database": database, "auth": "none", "features": []}, {}) as made:
        (made.folder / ".env").unlink()
        shutil.copyfile(INSIDE, made.folder / "tests" / "test_isolation.py")
        for number in tables:
            best = dict.fromkeys(kinds, float("inf"))
            for _ in range(ROUNDS):
                for kind in kinds:
                    best[kind] = min(best[kind], milliseconds(made.folder, kind, number))
            print(f"\n{database}, {number} tables more: milliseconds for each test")
            for kind, cost in best.items():
                print(f"  {WORDS[kind]:36} {cost:7.1f}  {cost / best['none']:6.1f}")
            passed &= best["transaction"] <= 1.3 * best["none"]
            passed &= best["create_all"] >= 5 * best["transaction"]
    return passed


def main() -> None:
    """Measure what the command line names, else everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("database", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--tables", nargs="*", type=int, default=[1, 10, 50])
    options = parser.parse_args()
    results = [measure(name, options.tables) for name in options.database]
    verdict(all(results))


if __name__ == "__main__":
    main()
