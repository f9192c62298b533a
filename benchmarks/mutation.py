"""How many small changes of the code the rendered suite notices, where nobody chose them.

A sample of all places is changed mechanically, one at a time: a comparison, a number, a condition,
an argument or a statement left out. The tests that run the changed line are run first. Then come
those that start processes, where coverage sees nothing, and all others if the line is run once for
all tests: at import, or while the application starts. What nobody notices is listed; what changes
nothing that could be noticed is named, with the reason, in mutation.yml. Bar: 95 % of the others.

    uv run python -m benchmarks.mutation --answers defaults --sample 60 --seed 1
"""

import argparse
import ast
import copy
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.service import verdict
from tests.mutants.hunt import WarmPytest, files_of, is_slow, loose
from tests.shell import run
from tests.template import answers_of, render

BAR = 0.95
EQUIVALENT = Path(__file__).with_name("mutation.yml")
MOST_TESTS = 40  # are tried before the whole suite is
SECONDS = 900
NO_TESTS = 5  # pytest's exit code
MEASURED = [
    *("uv", "run", "--no-sync", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"),
    *("--cov", "--cov-context=test", "--cov-report="),
]
SWAPS: dict[type[ast.AST], ast.AST] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
    ast.And: ast.Or(),
    ast.Or: ast.And(),
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.FloorDiv(),
    ast.FloorDiv: ast.Mult(),
}


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: str
    line: int
    last_line: int
    old: str
    new: str
    text: str

    @property
    def change(self) -> str:
        """What mutation.yml calls it."""
        return f"{self.file}: {self.old}  ->  {self.new}"

    def __str__(self) -> str:
        """Return the change, and where it is."""
        return f"{self.change} (line {self.line})"


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node could be instead."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in SWAPS:
            yield _with(node, ops=[SWAPS[type(operator)]])
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) if type(operator) in SWAPS:
            yield _with(node, op=SWAPS[type(operator)])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.IfExp(test=test):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield ast.Pass()
        case ast.Call(keywords=keywords) if keywords:
            for number in range(len(keywords)):
                yield _with(node, keywords=keywords[:number] + keywords[number + 1 :])


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _is_python(text: bytes) -> bool:
    try:
        compile(text, "", "exec")
    except SyntaxError:
        return False
    return True


def mutants_of(file: Path, root: Path) -> Iterator[Mutant]:
    """Yield all changes of one file."""
    source = file.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.expr | ast.Expr):
            continue
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
        old = source[start:end].decode()
        for changed in changes(node):
            new = ast.unparse(ast.fix_missing_locations(changed))
            text = source[:start] + new.encode() + source[end:]
            if not _is_python(text):  # the place of what is within an f-string is not known
                continue
            name = str(file.relative_to(root))
            last_line = node.end_lineno or node.lineno
            shown = " ".join(old.split()), " ".join(new.split())
            yield Mutant(name, node.lineno, last_line, *shown, text.decode())


class Covered:
    """Which tests run a line, as the coverage of one run of the suite says."""

    def __init__(self, root: Path, data: Path) -> None:
        """Measure it, unless that was done already."""
        self._root = root
        self._database = data
        if not data.exists():
            # A file of its own: the suite measures coverage when it is told to, too.
            measured = {"COVERAGE_FILE": str(data)}
            run(MEASURED, folder=root, environment=measured, timeout=SECONDS).check()
        first = self._rows("select context from context where context like '%|setup' limit 1")
        self._first = first[0][0].partition("|")[0]

    def tests(self, mutant: Mutant) -> tuple[list[str], bool]:
        """Return the tests that run a place, and whether it is run for all tests at once.

        There the tests that run anything else of the file are the likely ones.
        """
        # The rendered projects measure branches: a line is where one begins or ends.
        rows = self._rows(
            "select context.context, arc.fromno, arc.tono from arc "
            "join context on context.id = arc.context_id "
            "join file on file.id = arc.file_id where file.path = ?",
            str(self._root / mutant.file),
        )
        lines = range(mutant.line, mutant.last_line + 1)
        every, found = set(), set()
        for context, *branch in rows:
            test = context.partition("|")[0]
            every.add(test)
            if any(line in lines for line in branch):
                found.add(test)
        for_all = not found.isdisjoint(("", self._first))
        likely = sorted(
            (every if for_all else found) - {""}, key=lambda test: (is_slow(test), test)
        )
        return likely[:MOST_TESTS] if for_all else likely, for_all

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._database)) as database:
            return database.execute(query, values).fetchall()


class Project:
    """A rendered project whose suite is run on one change after the other."""

    def __init__(self, root: Path) -> None:
        """Measure what its tests cover, and be ready to run them."""
        self.root = root
        self._covered = Covered(root, root.parent / "coverage")
        self._pytest = WarmPytest(root)

    def close(self) -> None:
        """Leave nothing running."""
        self._pytest.close()

    def notices(self, mutant: Mutant) -> bool:
        """Return whether a test fails, or does not end, with the change."""
        path = self.root / mutant.file
        before = {path: path.read_text(encoding="utf-8")}
        likely, for_all = self._covered.tests(mutant)
        rest = [file for file in files_of(self.root) if for_all or _starts_processes(file)]
        path.write_text(mutant.text, encoding="utf-8")
        with loose(before):
            if likely and self._fails(*likely):
                return True
            return self._fails(*rest, *(f"--deselect={test}" for test in likely))

    def _fails(self, *arguments: str) -> bool:
        code, _ = self._pytest.run("-x", "-o", "timeout=30", *arguments)
        return code not in (0, NO_TESTS)


def _starts_processes(file: str) -> bool:
    return file.startswith(("tests/declarations/", "tests/live/", "tests/migrations/"))


@contextmanager
def project(answers: dict[str, Any], folder: Path | None) -> Iterator[Project]:
    """Render and install a project; in `folder` it stays, with what was measured."""
    with tempfile.TemporaryDirectory(prefix="oneloop-mutation-") as scratch:
        root = (folder or Path(scratch)) / "project"
        if not root.exists():
            render(answers, root)
            run(["uv", "sync", "--quiet"], folder=root).check()
        with closing(Project(root)) as made:
            yield made


def main() -> None:
    """Print each change and what became of it; end with 1 where the bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", default="defaults", help="an answer set of tests/answers")
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="changes of the sample with this text")
    parser.add_argument("--folder", type=Path, help="keep the project here, for the next run")
    options = parser.parse_args()
    reasons = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) or {}
    noticed = equivalent = total = 0
    with project(answers_of(options.answers), options.folder) as made:
        files = sorted((made.root / "src").rglob("*.py"))
        every = [one for file in files for one in mutants_of(file, made.root)]
        sample = random.Random(options.seed).sample(every, min(options.sample, len(every)))
        for number, mutant in enumerate(sample, 1):
            if options.only not in mutant.change:
                continue
            total += 1
            started = time.monotonic()
            if reason := reasons.get(mutant.change):
                equivalent += 1
                outcome = f"equivalent: {reason}"
            elif made.notices(mutant):
                noticed += 1
                outcome = "noticed"
            else:
                outcome = "UNNOTICED"
            seconds = time.monotonic() - started
            print(f"{number:4} {outcome}  {mutant} ({seconds:.0f} s)", flush=True)
    counted = total - equivalent
    print(f"{noticed} of {counted} noticed; {equivalent} equivalent; {len(every)} places in all")
    verdict(noticed >= BAR * counted)


if __name__ == "__main__":
    main()
