"""Page through many documents: does a late page cost what the first one costs.

A million documents of two owners, in Postgres and in SQLite; for every order that the list offers,
among all documents and among one owner's. Bars: page 10,000 takes at most 1 ms more than page 1,
and an index gives the order, so that nothing is sorted. Prints also what a search costs.

    uv run python -m benchmarks.pages [--rows 1000000] [--page 10000] [postgres|sqlite]
"""

import argparse
import json
import re
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.postgres import postgres
from benchmarks.service import installed, verdict
from tests.shell import run

INSIDE = Path(__file__).parent / "inside" / "pages.py"
SLOWER_MS = 1
INDEX = re.compile(r"(?:using|USING INDEX) (ix_documents_\w+)")
SORTED = re.compile(r"\bSort\b|TEMP B-TREE|Seq Scan|SCAN documents$")
FAST = {"fsync": "off", "synchronous_commit": "off", "max_wal_size": "4GB"}


def figures(database: str, rows: int, page: int) -> list[dict[str, Any]]:
    """Return what `inside/pages.py` prints of one database with so many documents."""
    with ExitStack() as stack:
        made = stack.enter_context(installed({"database": database, "auth": "none"}, {}))
        if database == "postgres":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="oneloop-pg-"))
            server = stack.enter_context(postgres(made.folder, Path(folder), **FAST))
            made.set(DATABASE_URL=server.url)
        made.command("migrate")
        python: list[str | Path] = [
            "uv",
            "run",
            "--no-sync",
            "python",
            INSIDE,
            str(rows),
            str(page),
        ]
        output = run(python, folder=made.folder, timeout=900).check()
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def measure(database: str, rows: int, page: int) -> bool:
    """Print the figures of one database; return whether its bars are held."""
    results = figures(database, rows, page)
    print(f"{database}, {rows:,} documents, page 1 and page {page:,}, medians in ms:")
    return all(list(map(show, results)))


def show(result: Mapping[str, Any]) -> bool:
    """Print one line; say whether its bars are held."""
    if "search" in result:
        print(f"  a search that finds the words {result['search']}: {result['ms']:.0f} ms")
        return True
    plan = " / ".join(result["plan"])
    index, slower = INDEX.search(plan), result["late"] - result["first"]
    print(
        f"  {result['list']:26} {result['first']:5.2f} {result['late']:5.2f} {slower:+5.2f}  "
        f"{index[1] if index else 'no index: ' + plan}"
    )
    return slower <= SLOWER_MS and index is not None and not SORTED.search(plan)


def main() -> None:
    """Measure the database that the command line names, else both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("database", nargs="*", default=["postgres", "sqlite"])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--page", type=int, default=10_000)
    options = parser.parse_args()
    passed = [measure(name, options.rows, options.page) for name in options.database]
    verdict(all(passed))


if __name__ == "__main__":
    main()
