"""The classic mistakes of async tests are refused in the words of the fix, and harm nobody else."""

import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import template
from tests.shell import run

MISTAKES = template.ROOT / "tests" / "mistakes"
ROWS = template.ROOT / "tests" / "kit" / "rows.py"
PAGE = template.ROOT / "docs" / "mistakes.md"
HEADER = re.compile(r"^_{3,} (?:ERROR at \w+ of )?(?:Test\w+\.)?(\w+)(?:\[.*\])? _{3,}$")
SUMMARY = re.compile(r"^(PASSED|FAILED|ERROR) tests/mistakes/(\w+)\.py::(?:Test\w+::)?(\w+)", re.M)


@dataclass(frozen=True)
class Mistake:
    """A file of tests/mistakes, and what its docstring says of it."""

    path: Path
    title: str
    says: str
    only: str | None

    @classmethod
    def read(cls, path: Path) -> "Mistake":
        """Read what the docstring of a file says."""
        docstring = path.read_text(encoding="utf-8").split('"""')[1]
        title, _, rest = docstring.partition("\n\n")
        lines = dict(line.split(": ", 1) for line in rest.splitlines())
        return cls(path, title.removesuffix("."), lines["Says"], lines.get("Only"))

    @property
    def module(self) -> str:
        """The module of the mistake in a rendered project."""
        return f"test_{self.path.stem}"

    @property
    def innocent(self) -> str:
        """The module that runs right after it."""
        return f"test_{self.path.stem}_innocent"


HELPERS = ("__init__", "innocent")
ALL = [Mistake.read(path) for path in sorted(MISTAKES.glob("*.py")) if path.stem not in HELPERS]


@dataclass(frozen=True)
class Printed:
    """What a run of pytest printed: of each module the results, and the reports of failures."""

    results: dict[str, set[str]]
    reports: dict[str, str]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_mistakes(database: str, tmp_path: Path, subtests: pytest.Subtests) -> None:
    """Each mistake fails in the words that it should; the test after it passes.

    All of them run in one process: what one of them broke would show in all that follow.
    """
    project = tmp_path / "project"
    rendered = template.render({"database": database}, project)
    mistakes = [mistake for mistake in ALL if mistake.only in (None, database)]
    _drop(mistakes, rendered)
    run(["uv", "sync", "--quiet"], folder=project).check()
    printed = _run(mistakes, project)
    for mistake in mistakes:
        with subtests.test(mistake.path.stem):
            report = printed.reports[mistake.module]
            assert printed.results[mistake.module] & {"FAILED", "ERROR"}
            assert mistake.says in report
            assert [line for line in _quoted(mistake) if line not in report] == []
            assert printed.results[mistake.innocent] == {"PASSED"}


def test_every_mistake_is_on_the_page() -> None:
    """The page has a section for each mistake, and no other one."""
    headings = re.findall(r"^### (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(mistake.title for mistake in ALL)


def _drop(mistakes: list[Mistake], rendered: template.Rendered) -> None:
    """Put the mistakes into a project, an innocent test behind each of them."""
    shutil.copytree(MISTAKES / "service", rendered.package / "mistakes")
    folder = rendered.path / "tests" / "mistakes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    shutil.copyfile(ROWS, folder / "rows.py")
    for mistake in mistakes:
        shutil.copyfile(mistake.path, folder / f"{mistake.module}.py")
        shutil.copyfile(MISTAKES / "innocent.py", folder / f"{mistake.innocent}.py")


def _run(mistakes: list[Mistake], project: Path) -> Printed:
    files = [
        f"tests/mistakes/{module}.py"
        for mistake in mistakes
        for module in (mistake.module, mistake.innocent)
    ]
    command = ["uv", "run", "pytest", "-q", "-rpfE", "-p", "no:randomly", *files]
    output = run(command, folder=project, environment={"COLUMNS": "300"}).output
    assert re.search(r" in [\d.]+s", output.splitlines()[-1]), output[-3000:]
    results: dict[str, set[str]] = defaultdict(set)
    modules: dict[str, str] = {}
    for result, module, test in SUMMARY.findall(output):
        results[module].add(result)
        modules[test] = module
    reports: dict[str, str] = defaultdict(str)
    module = ""
    for line in output.splitlines():
        if header := HEADER.match(line):
            module = modules.get(header[1], "")
        reports[module] += line + "\n"
    return Printed(results, reports)


def _quoted(mistake: Mistake) -> list[str]:
    """Return the lines that the page says are printed."""
    _, _, section = PAGE.read_text(encoding="utf-8").partition(f"\n### {mistake.title}\n")
    _, _, quote = section.partition("```text\n")
    quote, _, _ = quote.partition("```")
    return quote.splitlines()
