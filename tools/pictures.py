"""The pictures of README.md, made from real runs.

    uv run python -m tools.pictures            # makes both again
    uv run python -m tools.pictures --check    # the questionnaire only: does the picture fit?

The questionnaire is asked in a pseudo-terminal. The failure is that of a mistake of
tests/mistakes, dropped into a rendered service and run there.
"""

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests import template
from tests.shell import run
from tests.terminal import COLUMNS, ENTER, Terminal, last_line_of, questionnaire

FOLDER = template.ROOT / "docs" / "pictures"
QUESTIONNAIRE, FAILURE = FOLDER / "questionnaire.svg", FOLDER / "failure.svg"
MISTAKE = "commit_after_the_response"
OPEN = "features"
NAMES_OF_PYTE = {"brown": "yellow", "brightbrown": "bright_yellow"}
# Black, red, green, yellow, blue, magenta, cyan, white; the same bright.
COLOURS = ["3c424e", "f07178", "98d18c", "e5c07b", "6eaaf0", "c692e9", "5ec8cd", "d6dce6"]
BRIGHT = ["78808e", "ff8b92", "b4e6a5", "f5d696", "8cc3ff", "d7aaf5", "82dce1", "ffffff"]


def _theme() -> TerminalTheme:
    """Return the colours of the terminal."""
    normal, bright = ([_rgb(colour) for colour in colours] for colours in (COLOURS, BRIGHT))
    return TerminalTheme(_rgb("181c24"), _rgb(COLOURS[-1]), normal, bright)


def _rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour."""
    red, green, blue = bytes.fromhex(colour)
    return red, green, blue


# As that of Rich, without fonts from another machine: every reader has a monospaced one.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
    }}
    .{unique_id}-title {{ font-size: 18px; font-family: sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})"
      clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def ask() -> str:
    """Return the picture of the questionnaire at its question about the features."""
    with (
        tempfile.TemporaryDirectory() as folder,
        questionnaire(Path(folder) / "project", lines=40) as terminal,
    ):
        for name in takewhile(lambda name: name != OPEN, template.questions()):
            terminal.wait_for(str(template.questions()[name]["help"]).splitlines()[0])
            terminal.wait_for(last_line_of(name))
            terminal.type(ENTER)
        terminal.wait_for(last_line_of(OPEN))
        return _svg(_styled(terminal), "uvx copier copy gh:org/oneloop my-service", "asked")


def fail() -> str:
    """Return the picture of a test that fails, and of what the report says about it."""
    with tempfile.TemporaryDirectory() as folder:
        project = template.render({}, Path(folder) / "project").path
        mistakes = project / "tests" / "mistakes"
        mistakes.mkdir()
        (mistakes / "__init__.py").touch()
        shutil.copyfile(
            template.ROOT / "tests" / "mistakes" / f"{MISTAKE}.py", mistakes / f"test_{MISTAKE}.py"
        )
        run(["uv", "sync", "--quiet"], folder=project).check()
        options = ["-q", "--tb=short", "--color=yes", "-p", "no:randomly"]
        command = ["uv", "run", "pytest", *options, "tests/mistakes"]
        printed = run(command, folder=project, environment={"COLUMNS": "100"}).output
    lines = list(_without_libraries(printed.partition("short test summary")[0].splitlines()[:-1]))
    return _svg([Text.from_ansi(line) for line in lines], "uv run pytest", "failed")


def _styled(terminal: Terminal) -> list[Text]:
    """Return the lines of a screen in their colours, without the empty ones at its end."""
    lines = []
    for number in range(terminal.screen.lines):
        cells = [terminal.screen.buffer[number][column] for column in range(COLUMNS)]
        line = Text()
        for style, group in groupby(cells, key=_style):
            line.append("".join(cell.data for cell in group), style)
        line.rstrip()
        lines.append(line)
    while lines and not lines[-1].plain:
        lines.pop()
    return lines


def _style(cell: Any) -> str:
    """Return how Rich calls the style of a cell of the screen."""
    colour = str(cell.fg)
    colour = NAMES_OF_PYTE.get(colour, colour).replace("bright", "bright_").replace("__", "_")
    if len(colour) == 6 and all(digit in "0123456789abcdef" for digit in colour):
        colour = f"#{colour}"
    words = [word for word in ("bold", "reverse") if getattr(cell, word)]
    return " ".join([*words, colour])


def _without_libraries(lines: list[str]) -> Iterator[str]:
    """Leave out the frames of libraries, which are most of a traceback."""
    skipping = False
    for line in lines:
        plain = Text.from_ansi(line).plain
        if not plain.startswith(" "):
            if ".venv/" in plain and not skipping:
                yield "..."
            skipping = ".venv/" in plain
        if not skipping:
            yield line


def _svg(lines: list[Text], title: str, name: str) -> str:
    """Draw lines as a terminal shows them."""
    width = max(line.cell_len for line in lines) + 1
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    for line in [*lines, Text()]:
        console.print(line, no_wrap=True, overflow="crop")
    drawn = console.export_svg(title=title, theme=_theme(), code_format=FORMAT, unique_id=name)
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def main() -> None:
    """Make the pictures, or compare the one of the questionnaire."""
    if "--check" in sys.argv:
        if QUESTIONNAIRE.read_text(encoding="utf-8") != ask():
            sys.exit(f"{QUESTIONNAIRE} is old: uv run python -m tools.pictures")
        return
    QUESTIONNAIRE.write_text(ask(), encoding="utf-8")
    FAILURE.write_text(fail(), encoding="utf-8")


if __name__ == "__main__":
    main()
