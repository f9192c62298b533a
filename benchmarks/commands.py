"""What a command costs before it does anything, beside the smallest application of Typer.

CPU seconds of the process, medians of alternating runs. Bars: `--help` and `gen-secret` at most 1.5
times as much as that application. It takes more than twice as long as `import typer`: Typer imports
Pydantic when it reads its arguments.

    uv run python -m benchmarks.commands
"""

import os
import resource
import statistics
from pathlib import Path

from benchmarks.service import installed, verdict
from tests.shell import run

ROUNDS = 9
BAR = 1.5
SMALLEST = """
import typer
cli = typer.Typer()
cli.command()(lambda: None)
cli()
"""
BASE = "smallest"
COMMANDS = {
    BASE: ["python", "-c", SMALLEST],
    "import typer": ["python", "-c", "import typer"],
    "--help": ["my-service", "--help"],
    "gen-secret": ["my-service", "gen-secret"],
    "import fastapi": ["python", "-c", "import fastapi"],
    "migrate": ["my-service", "migrate"],
}


def cpu_seconds(command: list[str], folder: Path) -> float:
    """Return what one run of a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words: list[str | Path] = [folder / ".venv" / "bin" / command[0], *command[1:]]
    run(words, folder=folder, environment={"PATH": os.environ["PATH"]}).check()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    """Print the table; end with 1 where a bar is missed."""
    with installed({}, {}) as made:
        times: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for command in COMMANDS.values():
            cpu_seconds(command, made.folder)  # compiles what it imports
        for _ in range(ROUNDS):
            for name, command in COMMANDS.items():
                times[name].append(cpu_seconds(command, made.folder))
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    for name, seconds in medians.items():
        print(f"{name:15} {seconds * 1000:6.0f} ms  {seconds / medians[BASE]:5.1f}")
    verdict(max(medians["--help"], medians["gen-secret"]) <= medians[BASE] * BAR)


if __name__ == "__main__":
    main()
