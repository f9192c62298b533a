"""The template as data: its questionnaire, and the answer sets that the CI matrix shares."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import copier
import yaml

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = ROOT / "tests" / "answers"
ANSWERS_FILE = ".copier-answers.yml"

# One for each style, and among them both databases and every migration strategy: for what would
# take too long with every answer set.
ONE_OF_EACH_STYLE = [
    "defaults",
    "postgres-dbmate-session",
    "sqlite-create_all-api_key",
    "postgres-alembic-none",
]

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Rendered:
    """A rendered project, and every answer behind it: given, default or derived."""

    path: Path
    answers: Answers

    @property
    def package(self) -> Path:
        """The folder of the service's own code."""
        return self.path / "src" / str(self.answers["package_name"])

    def files(self) -> Iterator[Path]:
        """Return every file that Copier wrote, in order."""
        return (path for path in sorted(self.path.rglob("*")) if not path.is_dir())

    def texts(self) -> Iterator[tuple[str, str]]:
        """Return the relative path and the text of every file that Copier wrote."""
        for path in self.files():
            yield path.relative_to(self.path).as_posix(), path.read_text(encoding="utf-8")


def settings() -> dict[str, Any]:
    """Return copier.yml as it is written: the settings and the questions."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
    return loaded


def questions() -> dict[str, dict[str, Any]]:
    """Return the questions that a person is asked, in their order."""
    return {
        name: question
        for name, question in settings().items()
        if not name.startswith("_") and question.get("when", True)
    }


def choices(name: str) -> dict[str, str]:
    """Return what may be answered to a question, by its label; empty where any text may."""
    labelled = questions()[name].get("choices", {})
    return {
        label: choice["value"] if isinstance(choice, dict) else choice
        for label, choice in labelled.items()
    }


def answer_sets() -> list[str]:
    """Name every answer set."""
    return sorted(path.stem for path in ANSWERS.glob("*.yml"))


def answers_of(name: str) -> dict[str, Any]:
    """Read one answer set: only what differs from the defaults."""
    loaded: dict[str, Any] = yaml.safe_load((ANSWERS / f"{name}.yml").read_text(encoding="utf-8"))
    return loaded


def remembered(project: Path, answers_file: str = ANSWERS_FILE) -> dict[str, Any]:
    """Read what a project remembers of its rendering: its answers, and its release."""
    loaded: dict[str, Any] = yaml.safe_load((project / answers_file).read_text(encoding="utf-8"))
    return loaded


def render(answers: Answers, destination: Path, *, answers_file: str = ANSWERS_FILE) -> Rendered:
    """Render the template as it is on disk, and refuse to run any code of it.

    Raises whatever Copier raises: ValueError for a bad answer, UndefinedError for a name that
    the template does not know (Jinja runs with StrictUndefined).
    """
    worker = copier.run_copy(
        str(ROOT),
        destination,
        data=dict(answers),
        defaults=True,
        unsafe=False,
        quiet=True,
        vcs_ref="HEAD",
        answers_file=answers_file,
    )
    names = [name for name in settings() if not name.startswith("_")]
    return Rendered(destination, {name: worker.answers.combined[name] for name in names})
