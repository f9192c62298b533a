"""Requests for each CPU second: a rendered service beside a bare FastAPI + SQLAlchemy application.

Both run in one process on the same table, with the same query and the same login, in alternating
blocks; figures are medians of the blocks. Bars: list of 20 and read one at least 0.75 of the bare
application, with login too; health at least 0.7; the 99th percentile at most 1.5 times.

    uv run python -m benchmarks.throughput [sqlite|postgres] [--auth none|jwt]
"""

import argparse
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.postgres import postgres
from benchmarks.service import installed, verdict
from tests.shell import run

INSIDE = Path(__file__).parent / "inside" / "throughput.py"
BARS = {"health": 0.7, "read one": 0.75, "list of 20": 0.75}
SLOWER = 1.5
UNLIMITED = "100000000/minute"
LOGIN_LIMITS = ("LOGIN_LIMIT_ACCOUNT", "LOGIN_LIMIT_ADDRESS", "LOGIN_LIMIT_EVERYBODY")
EMAIL = "ada@example.com"


def measure(database: str, auth: str) -> bool:
    """Print the table of one database and style; return whether its bars are held."""
    answers = {"database": database, "auth": auth}
    with ExitStack() as stack:
        made = stack.enter_context(installed(answers, {"RATE_LIMIT": UNLIMITED}))
        if database == "postgres":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="oneloop-pg-"))
            server = stack.enter_context(postgres(made.folder, Path(folder)))
            made.set(DATABASE_URL=server.url)
        made.command("migrate")
        if auth == "jwt":
            made.set(**dict.fromkeys(LOGIN_LIMITS, UNLIMITED))
            made.make_user(EMAIL)
        else:
            made.command("create-user", "--email", EMAIL)
        script = f'uv run --no-sync python "{INSIDE}" {auth} 2>log'
        output = run(["sh", "-c", script], folder=made.folder, timeout=900).output
        results = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        if not results:
            print(output, (made.folder / "log").read_text(encoding="utf-8")[-2000:])
            return False
    print(f"\n{database}, auth {auth}: CPU for each request, and its latency")
    print(f"  {'':12} {'service':>10} {'bare':>10} {'ratio':>7} {'p99':>9} {'bare p99':>9}")
    return all(list(map(show, results)))


def show(result: dict[str, Any]) -> bool:
    """Print one line; return whether its bars are held."""
    bar = BARS.get(result["operation"], 0)
    slower = result["service_p99_ms"] / result["bare_p99_ms"]
    passed = result["ratio"] >= bar
    notes = [f"bar {bar}"] * bool(bar) + ["MISSED"] * (not passed)
    notes += [f"99th percentile {slower:.1f} times"] * (slower > SLOWER)
    print(
        f"  {result['operation']:12} {result['service_us']:7.0f} us {result['bare_us']:7.0f} us "
        f"{result['ratio']:7.2f} {result['service_p99_ms']:6.2f} ms "
        f"{result['bare_p99_ms']:6.2f} ms  {', '.join(notes)}"
    )
    return bool(passed)


def main() -> None:
    """Measure what the command line names, else everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("database", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--auth", nargs="*", default=["none", "jwt"])
    options = parser.parse_args()
    passed = [measure(name, auth) for name in options.database for auth in options.auth]
    verdict(all(passed))


if __name__ == "__main__":
    main()
