"""What a command costs before it does anything, beside the smallest application of Typer.

CPU seconds of the process, medians of alternating runs. Bars: `--help` and `gen-secret` at most 1.5
times as much as that application. It takes more than twice as long as `import typer`: Typer imports
Pydantic when it reads its arguments.

    uv run python -m benchmarks.commands
"""

import os
import statistics
from pathlib import Path

from benchmarks.service import cpu_seconds, installed, verdict

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


def taken(command: list[str], folder: Path) -> float:
    """Return what one run of a command of the project takes."""
    words: list[str | Path] = [folder / ".venv" / "bin" / command[0], *command[1:]]
    return cpu_seconds(words, folder, PATH=os.environ["PATH"])


def main() -> None:
    """Print the table; end with 1 where a bar is missed."""
    with installed({}, {}) as made:
        times: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for command in COMMANDS.values():
            taken(command, made.folder)  # compiles what it imports
        for _ in range(ROUNDS):
            for name, command in COMMANDS.items():
                times[name].append(taken(command, made.folder))
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    for name, seconds in medians.items():
        print(f"{name:15} {seconds * 1000:6.0f} ms  {seconds / medians[BASE]:5.1f}")
    verdict(max(medians["--help"], medians["gen-secret"]) <= medians[BASE] * BAR)


if __name__ == "__main__":
    main()
