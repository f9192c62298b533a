"""Releases of the template, made for a test: of its history, of today, and of a day to come."""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from tests import template
from tests.shell import run
from tests.updates.projects import commit_all, edit, git

PARTS = ("copier.yml", "extensions", "template")

# Commits from which projects are updated to what is on disk. Nothing is released before 0.1.0, and
# some commits before it cannot be updated without conflicts: these can. Each release is added here.
HISTORY = {
    "0.0.1": "020337b475ca14cd6ec60b00a4352b285069ce1d",
    "0.0.2": "879f8d22825b8ec021e5c2fa114695ece6c2a9de",
    "0.0.3": "428130c44fd430acb2125f47a50dc12db6a0152d",
}
TODAY = "1.0.0"
LATER = "1.1.0"

SETTING = 'log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")\n'
COLUMN = "    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)\n"
# What a later release changes: file of the template, text, new text.
LESSONS = [
    ("src/*/settings.py", SETTING, f'{SETTING}    greeting: str = "Hello"  # of the first page\n'),
    (".env.example", "LOG_LEVEL=INFO\n", "LOG_LEVEL=INFO\n# Of the first page\nGREETING=Hello\n"),
    ("compose.yaml", "    LOG_LEVEL:\n", "    LOG_LEVEL:\n    GREETING:\n"),
    (
        "src/*/lifespan.py",
        '    (true, "from .core.draining import Draining, drained"),\n',
        '    (true, "from .core.draining import Draining, drained"),\n'
        '    (true, "from .core.greeting import Greeting"),\n',
    ),
    (
        "src/*/lifespan.py",
        '    (true, "state[Readiness] = Readiness()"),\n',
        '    (true, "state[Greeting] = Greeting(settings.greeting)"),\n'
        '    (true, "state[Readiness] = Readiness()"),\n',
    ),
    ("src/*/users/models.py", "  # in lower case\n", f"  # in lower case\n{COLUMN}"),
    (
        "migrations/versions/0001_initial.py",
        '        sa.Column("is_active"',
        '        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),\n'
        '        sa.Column("is_active"',
    ),
    (
        "migrations/20260101000001_initial.sql",
        "    is_active boolean",
        "    last_seen_at {{ sql.timestamp }},\n    is_active boolean",
    ),
    (
        ".github/workflows/ci.yml",
        "      - run: uv run poe test -n auto --cov\n",
        "      - run: uv run poe test -n auto --cov --durations 10\n",
    ),
    ("src/*/documents/service.py", "document that belongs", "document which belongs"),
    ("pyproject.toml", '"structlog>=26.1"', '"structlog>=26.1.0"'),
    ("README.md", "## Read on", "## Read more"),
]
NEW_FILES = {
    "src/{{ package_name }}/core/greeting.py": '''"""What the service says first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Greeting:
    """Words for who comes by."""

    words: str
''',
    "tests/unit/test_greeting.py.jinja": '''"""What the service says first."""

from {{ package_name }}.core.greeting import Greeting


def test_greeting_is_said() -> None:
    assert Greeting("Hello").words == "Hello"
''',
}


class Releases:
    """A repository of the template with releases of its own."""

    def __init__(self, path: Path) -> None:
        """Make one without a release."""
        self.path = path
        path.mkdir()
        git(path, "init", "--quiet")

    def release(self, version: str) -> None:
        """Release what is in the folder now."""
        commit_all(self.path, version)
        git(self.path, "tag", version)

    def release_today(self) -> None:
        """Release the template as it is on disk."""
        self._clear()
        for part in PARTS:
            source = template.ROOT / part
            ignored = shutil.ignore_patterns("__pycache__")
            if source.is_dir():
                shutil.copytree(source, self.path / part, ignore=ignored)
            else:
                shutil.copy(source, self.path / part)
        self.release(TODAY)

    def release_commit(self, version: str, commit: str) -> None:
        """Release the template as a commit of this repository has it."""
        self._clear()
        extract(commit, self.path, *PARTS)
        self.release(version)

    def release_later(self) -> None:
        """Release what a template learns in a year: a setting, a column, files, another CI."""
        for file, old, new in LESSONS:
            self.edit(file, old, new)
        for name, text in NEW_FILES.items():
            (self.path / "template" / name).write_text(text, encoding="utf-8")
        self.release(LATER)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the template."""
        edit(next(self.path.glob(f"template/{file}*")), old, new)

    def _clear(self) -> None:
        for part in PARTS:
            path = self.path / part
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def extract(commit: str, folder: Path, *parts: str) -> None:
    """Write parts of this repository, as a commit has them, into a folder."""
    command = ["git", "archive", commit, *parts]
    packed = subprocess.run(command, cwd=template.ROOT, stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def history() -> dict[str, str]:
    """Return the commits of the history by their versions; a shallow clone has none of them."""
    words = ["git", "rev-parse", "--is-shallow-repository"]
    shallow = run(words, folder=template.ROOT).check().strip() == "true"
    return {} if shallow else HISTORY


def last() -> tuple[str, str]:
    """Return the last release and its commit; before the first one, where this branch began."""
    released = [item for item in history().items() if item[0] >= "0.1"]
    if released:
        return released[-1]
    for main in ("origin/main", "main"):
        base = run(["git", "merge-base", "HEAD", main], folder=template.ROOT)
        if base.code == 0:
            return "0.0", base.output.strip()
    return "0.0", run(["git", "rev-parse", "HEAD"], folder=template.ROOT).check().strip()
