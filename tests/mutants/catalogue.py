"""The bugs as data: read from the YAML files, and applied to a rendered project."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests import overlays, template
from tests.edits import Edit
from tests.template import Answers

HERE = Path(__file__).parent

FEATURES = ["audit_log", "rate_limit", "metrics"]
SQLITE = {"database": "sqlite", "migrations": "alembic", "features": FEATURES}
POSTGRES = {"database": "postgres", "migrations": "alembic"}

# Where the bugs of an auth style are tried: in the first of its projects that has the code.
PROJECTS: dict[str, dict[str, Answers]] = {
    "none": {"none": {"auth": "none", **SQLITE}},
    "api_key": {"api_key": {"auth": "api_key", **SQLITE}},
    "jwt": {
        "jwt": {"auth": "jwt", **SQLITE},
        "jwt-postgres": {"auth": "jwt", **POSTGRES, "features": [*FEATURES, "personal_api_keys"]},
    },
    "session": {"session": {"auth": "session", **SQLITE}},
    # Its bugs are those of the second domain, which is laid over its projects.
    "overlay": {
        "overlay": {"auth": "jwt", **SQLITE},
        "overlay-postgres": {"auth": "session", **POSTGRES, "features": FEATURES},
    },
}
STYLES = tuple(PROJECTS)
OVERLAY = "overlay"


@dataclass(frozen=True)
class Mutant:
    """One bug: what it is, the edits that make it, and the answers that a project needs for it."""

    name: str
    bug: str
    edits: tuple[Edit, ...]
    only: Sequence[Answers] = field(hash=False)
    likely: tuple[str, ...]
    """The files of the suite that probably notice: they run first, which saves time."""

    def fits(self, answers: Answers) -> bool:
        """Return whether a project with these answers has the code of the bug."""
        return not self.only or any(
            all(_meets(answers[key], wanted) for key, wanted in choice.items())
            for choice in self.only
        )

    def project(self, style: str) -> str | None:
        """Name the project in which this bug of a style is tried; None where it has no place."""
        projects = PROJECTS[style].items()
        return next((name for name, answers in projects if self.fits(answers)), None)

    def apply(self, project: Path) -> dict[Path, str]:
        """Put the bug into a project; give the files as they were before.

        Raises `ValueError` where an edit does not fit; nothing is written then.
        """
        before: dict[Path, str] = {}
        after: dict[Path, str] = {}
        for edit in self.edits:
            path = project / edit.file
            if not path.is_file():
                raise ValueError(f"there is no {edit.file}")
            before.setdefault(path, path.read_text(encoding="utf-8"))
            after[path] = edit.apply(after.get(path, before[path]))
        for path, text in after.items():
            path.write_text(text, encoding="utf-8")
        return before


@cache
def mutants() -> list[Mutant]:
    """Read every bug, in the order of the files."""
    return [mutant for path in sorted(HERE.glob("*.yml")) for mutant in _read(path)]


@cache
def overlay_mutants() -> list[Mutant]:
    """Return the bugs of the second domain."""
    return list(_read(overlays.BUGS))


def of_style(style: str) -> list[tuple[Mutant, str]]:
    """Return the bugs that concern a style, each with the project to try it in."""
    bugs = overlay_mutants() if style == OVERLAY else mutants()
    placed = ((mutant, mutant.project(style)) for mutant in bugs)
    return [(mutant, project) for mutant, project in placed if project is not None]


def render(style: str, project: str, folder: Path) -> Path:
    """Render a project of a style; return its folder."""
    rendered = template.render(PROJECTS[style][project], folder)
    if style == OVERLAY:
        overlays.lay(rendered)
    return rendered.path


def _read(path: Path) -> Iterator[Mutant]:
    subject: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in subject["mutants"]:
        yield Mutant(
            name=f"{path.stem}/{entry['name']}",
            bug=entry["bug"],
            edits=tuple(
                Edit(edit["file"], edit["find"], edit.get("replace", ""))
                for edit in (entry, *entry.get("also", ()))
            ),
            only=_listed(entry.get("only", [])),
            likely=tuple(f"tests/{name}" for name in entry.get("tests", subject["tests"])),
        )


def _meets(answer: Any, wanted: Any) -> bool:
    if isinstance(answer, list):  # features: each of the wanted ones
        return set(wanted) <= set(answer)
    return answer in _listed(wanted)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
