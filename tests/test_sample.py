"""The sample can be removed or renamed as the rendered README says, and everything passes then.

The steps are read out of that README and followed to the letter.
"""

import re
import secrets
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import template
from tests.installed import Installed
from tests.template import Rendered

# Its method in tests/builders.py.
BUILDER = re.compile(r"(?s)\n    async def document\(.+?\n(?=\n    async def )")
# What only the sample is called: the word in lower case may be the OpenAPI document.
NAMES = re.compile(r"documents(?![a-z])|Document(?!ation)|DOCUMENTS|document_(?:id|lists|service)")
SECTION = re.compile(r"(?s)## Remove the sample\n.+?\n(?=## )")
# A statement of a migration, in Python or in SQL.
STATEMENT = re.compile(
    r"(?m)^    op\.\w+\((?:.+\)|\n(?:     .*\n)+    \))\n|^(?:CREATE|DROP) [^;]+;\n+"
)
NEW_NAME = {"document": "article", "Document": "Article", "DOCUMENT": "ARTICLE"}
RENAMED = ["defaults", "postgres-dbmate-session"]
# What is about the sample, or about all resources.
ABOUT_RESOURCES = ["contract", "declarations", "integration", "migrations"]


class Sample:
    """The sample in a rendered project."""

    def __init__(self, project: Rendered) -> None:
        """Read the steps."""
        self._root, self._answers = project.path, project.answers
        self._section = self._read("README.md").partition("## Remove the sample\n")[2]

    def remove(self) -> None:
        """Delete what belongs to the sample, and the lines that name it."""
        self._write("README.md", SECTION.sub("", self._read("README.md")))
        for name in self._quoted(1):
            path = self._root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self._write("tests/builders.py", BUILDER.sub("", self._read("tests/builders.py")))
        for name in self._quoted(2):
            self._edit_lines(name, lambda line: "")

    def drop_table(self, installed: Installed) -> None:
        """Drop the table in a migration that follows, or in one variant not even create it."""
        first = self._first_migration()
        statements = [one for one in STATEMENT.findall(self._read(first)) if NAMES.search(one)]
        if first.endswith(".sql"):
            *created, dropped = statements
            text = "".join(["-- migrate:up\n", dropped, "\n-- migrate:down\n", *created])
            self._write("migrations/20980101000000_drop_documents.sql", text)
        elif self._answers["database"] == "postgres":
            for statement in statements:
                self._write(first, self._read(first).replace(statement, ""))
        else:
            settings = {
                "ENVIRONMENT": "test",
                "DATABASE_URL": f"sqlite+aiosqlite:///{self._root.with_name('kept.db')}",
                "SECRET_KEY": secrets.token_urlsafe(),
            }
            command = next(words for words in self._quoted(3) if words.startswith("uv run alembic"))
            for words in (f"uv run {self._answers['project_slug']} migrate", command):
                installed.uv(*shlex.split(words)[1:], **settings)

    def rename(self) -> None:
        """Call documents articles."""
        for name in (*self._quoted(2), self._first_migration()):
            self._edit_lines(name, _renamed)
        for name in self._quoted(1):
            path = self._root / name
            for file in path.rglob("*.py") if path.is_dir() else [path]:
                file.write_text(_renamed(file.read_text(encoding="utf-8")), encoding="utf-8")
            path.rename(path.with_name(_renamed(path.name)))

    def update_snapshot(self, installed: Installed) -> None:
        """Write the outline of the API anew."""
        command = next(words for words in self._quoted(4) if "--update" in words)
        installed.uv(*shlex.split(command)[1:])

    def _quoted(self, step: int) -> list[str]:
        """Return what a step puts in backticks: files of the project, and commands."""
        text = self._section.partition(f"\n{step}. ")[2].partition(f"\n{step + 1}. ")[0]
        return re.findall(r"`([^`]+)`", text)

    def _first_migration(self) -> str:
        return next(name for name in self._quoted(3) if (self._root / name).is_file())

    def _edit_lines(self, name: str, change: Callable[[str], str]) -> None:
        lines = self._read(name).splitlines(keepends=True)
        self._write(name, "".join(change(line) if NAMES.search(line) else line for line in lines))

    def _read(self, name: str) -> str:
        return (self._root / name).read_text(encoding="utf-8")

    def _write(self, name: str, text: str) -> None:
        (self._root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", template.ONE_OF_EACH_STYLE)
def test_removed_sample_leaves_nothing_and_everything_passes(
    name: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its own CI passes: the whole suite, with the contract tests and those of the migrations."""
    project = template.render(template.answers_of(name), tmp_path / "project")
    sample = Sample(project)
    sample.remove()
    installed = Installed(project.path, tmp_path_factory.getbasetemp())
    if project.answers["migrations"] != "create_all":
        sample.drop_table(installed)
    sample.update_snapshot(installed)

    assert _named(project) == []
    for words in installed.checks():
        if words[0] != "pyright":  # it reads as mypy does, in many times the time
            installed.uv("run", *words)
    installed.suite()


@pytest.mark.parametrize("name", RENAMED)
def test_renamed_sample_passes(
    name: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Everything that knows resources knows it by its new name."""
    project = template.render(template.answers_of(name), tmp_path / "project")
    sample = Sample(project)
    sample.rename()
    installed = Installed(project.path, tmp_path_factory.getbasetemp())
    installed.uv("run", "ruff", "check", "--quiet", "--fix")
    installed.uv("run", "ruff", "format", "--quiet")
    sample.update_snapshot(installed)

    assert _named(project) == []
    for words in installed.checks():
        if words[0] != "pyright":
            installed.uv("run", *words)
    installed.suite(*(f"tests/{folder}" for folder in ABOUT_RESOURCES))


def _renamed(text: str) -> str:
    for word, new in NEW_NAME.items():
        text = text.replace(word, new)
    return text


def _named(project: Rendered) -> list[str]:
    """Return the lines that still name the sample, but for migrations, which are history."""
    return [
        f"{path.relative_to(project.path)}: {line.strip()}"
        for path in project.files()
        if path.suffix in (".md", ".py", ".toml", ".txt")
        and "migrations" not in path.relative_to(project.path).parts[:1]
        for line in path.read_text(encoding="utf-8").splitlines()
        if NAMES.search(line)
    ]
