"""The walk-through of a rendered project, read as steps and followed word for word."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

PAGE = "docs/adding-a-resource.md"
STEP = re.compile(
    r"(?ms)^(?:(?P<verb>Create|Add to) `(?P<path>[^`]+)`[^\n]*:\n\n)?"
    r"```(?P<language>\w+)\n(?P<text>.*?)^```$"
)


@dataclass(frozen=True)
class Step:
    """A file to create, lines to add to a file, or commands to run."""

    verb: str
    path: str
    text: str

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command."""
        return [shlex.split(line) for line in self.text.splitlines() if self.verb == "Run"]

    def write(self, project: Path) -> None:
        """Create the file, or add the lines: imports after the others, the rest at the end."""
        path = project / self.path
        if self.verb == "Create":
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(self.text)
            return
        lines = path.read_text(encoding="utf-8").splitlines()
        for line in filter(None, self.text.splitlines()):
            imports = [n for n, known in enumerate(lines, 1) if known.startswith("from ")]
            lines.insert(imports[-1] if line.startswith("from ") else len(lines), line)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def steps(project: Path) -> list[Step]:
    """Read the page of a project."""
    return read((project / PAGE).read_text(encoding="utf-8"))


def read(text: str) -> list[Step]:
    """Read the steps of a page."""
    found = [
        Step(match["verb"] or "Run", match["path"] or "", match["text"])
        for match in STEP.finditer(text)
    ]
    assert len(found) == text.count("\n```") // 2, "a block of the page is no step"
    return found
