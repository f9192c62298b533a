"""How many small changes of the code the rendered suite notices, where nobody chose them.

A sample of all places is changed mechanically, one at a time: a comparison, a number, a condition,
an argument or a statement left out. For each the tests that run the changed line are run, and then
the whole suite. What nobody notices is listed; what changes nothing that could be noticed is named,
with the reason, in mutation.yml. Bar: 95 % of the others.

    uv run python -m benchmarks.mutation --auth jwt --sample 60 --seed 1
"""

import argparse
import ast
import copy
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.service import installed, verdict
from tests.shell import run

BAR = 0.95
EQUIVALENT = Path(__file__).with_name("mutation.yml")
MOST_TESTS = 100  # more are not listed: the whole suite is run at once
SECONDS = 600
SUITE = ["uv", "run", "--no-sync", "pytest", "-q", "-p", "no:cacheprovider"]
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
    def place(self) -> str:
        """What mutation.yml calls it."""
        return f"{self.file}: {self.old}"


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
            text = source[:start] + (new if old != new else "").encode() + source[end:]
            name = str(file.relative_to(root))
            last_line = node.end_lineno or node.lineno
            shown = " ".join(old.split()), " ".join(new.split())
            yield Mutant(name, node.lineno, last_line, *shown, text.decode())


def tests_of(coverage: Path, root: Path, mutant: Mutant) -> list[str]:
    """Return the tests that run the line; none where it is run at import, too."""
    with sqlite3.connect(coverage) as database:
        rows = database.execute(
            "select context.context, line_bits.numbits from line_bits "
            "join context on context.id = line_bits.context_id "
            "join file on file.id = line_bits.file_id where file.path = ?",
            [str(root / mutant.file)],
        ).fetchall()
    lines = range(mutant.line, mutant.last_line + 1)
    contexts = {
        context.partition("|")[0]
        for context, bits in rows
        if any(line // 8 < len(bits) and bits[line // 8] & 1 << line % 8 for line in lines)
    }
    return [] if "" in contexts or len(contexts) > MOST_TESTS else sorted(contexts)


def is_noticed(root: Path, mutant: Mutant, coverage: Path) -> bool:
    """Return whether a test fails, or does not end, with the change."""
    file = root / mutant.file
    original = file.read_text(encoding="utf-8")
    file.write_text(mutant.text, encoding="utf-8")
    try:
        tests = tests_of(coverage, root, mutant)
        if tests and run([*SUITE, "-x", *tests], folder=root, timeout=SECONDS).code != 0:
            return True
        return run([*SUITE, "-x"], folder=root, timeout=SECONDS).code != 0
    finally:
        file.write_text(original, encoding="utf-8")


def main() -> None:
    """Print each change and what became of it; end with 1 where the bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--auth", default="jwt")
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    reasons = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) or {}
    answers = {"database": options.database, "auth": options.auth}
    with installed(answers, {}) as made:
        (made.folder / ".env").unlink()  # the suite of a fresh project
        root = made.folder
        # A file of its own: the suite measures coverage when it is told to, too.
        measured = {"COVERAGE_FILE": str(root.parent / "coverage")}
        covered = [*SUITE, "--cov", "--cov-context=test", "--cov-report="]
        run(covered, folder=root, environment=measured, timeout=SECONDS).check()
        source = root / "src"
        every = [one for file in sorted(source.rglob("*.py")) for one in mutants_of(file, root)]
        sample = random.Random(options.seed).sample(every, min(options.sample, len(every)))
        noticed = equivalent = 0
        for number, mutant in enumerate(sample, 1):
            if reason := reasons.get(mutant.place):
                equivalent += 1
                outcome = f"equivalent: {reason}"
            elif is_noticed(root, mutant, root.parent / "coverage"):
                noticed += 1
                outcome = "noticed"
            else:
                outcome = "UNNOTICED"
            print(
                f"{number:4} {outcome}  {mutant.place}  ->  {mutant.new} (line {mutant.line})",
                flush=True,
            )
    counted = len(sample) - equivalent
    print(f"{noticed} of {counted} noticed; {equivalent} equivalent; {len(every)} places in all")
    verdict(noticed >= BAR * counted)


if __name__ == "__main__":
    main()
