"""`pytest --audit-clients=PATH`: sorts the tests of a suite by what they need, and advises.

It reads the source and imports nothing, so that it works on tests copied in from elsewhere.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

RULES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
HEADINGS = ("test", "kind", "client", "database", "auth", "advice")
HERE = Path(__file__).resolve().parent
OWN = {HERE.parent / "conftest.py", HERE.parent / "adapter.py", *HERE.rglob("*.py")}
Function = (ast.FunctionDef, ast.AsyncFunctionDef)
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Row:
    """What is known of one test."""

    test: str
    kind: str
    client: str
    database: str
    auth: str
    advice: str


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--audit-clients`."""
    parser.addoption(
        "--audit-clients",
        nargs="?",
        const="tests",
        metavar="PATH",
        help="run no test; show which client, database and login each one uses, and what to change",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Print the table instead of running tests."""
    path = config.getoption("audit_clients")
    if path is None:
        return None
    rows = audit(Path(path))
    table = [HEADINGS, *(tuple(vars(row).values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())
    kinds = Counter(row.kind for row in rows)
    to_change = sum(bool(row.advice) for row in rows)
    summary = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    print(f"\n{len(rows)} tests: {summary}. {to_change} to change.")
    return 0


def audit(path: Path) -> list[Row]:
    """Return a row for each test in a file or folder.

    Raises:
        SyntaxError: a file is not Python.
    """
    files = path.rglob("*.py") if path.is_dir() else [path]
    trees = {
        file: ast.parse(file.read_text(), str(file))
        for file in sorted(files)
        if file.resolve() not in OWN
    }
    conftests = [tree for file, tree in trees.items() if file.name == "conftest.py"]
    shared = {name: node for tree in conftests for name, node in _definitions(tree).items()}
    rows = []
    for file, tree in trees.items():
        known = shared | _definitions(tree)
        for name, test in _tests(tree):
            rows.append(_row(f"{file}::{name}", test, _source(test, known)))
    return rows


def _definitions(tree: ast.Module) -> dict[str, ast.AST]:
    """Return what a module defines at its top: fixtures, helpers, clients, tokens."""
    definitions: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, Function):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign):
            targets = [target.id for target in node.targets if isinstance(target, ast.Name)]
            definitions |= dict.fromkeys(targets, node)
    return definitions


def _tests(tree: ast.Module) -> Iterator[tuple[str, AnyFunction]]:
    for node in tree.body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            for method in node.body:
                if isinstance(method, Function) and method.name.startswith("test"):
                    yield f"{node.name}::{method.name}", method


def _source(test: AnyFunction, known: dict[str, ast.AST]) -> str:
    """Return the source of a test and of everything it uses, but not their names."""
    pending: list[ast.AST] = [test]
    done: list[ast.AST] = []
    lines: list[str] = []
    while pending:
        node = pending.pop()
        done.append(node)
        if isinstance(node, Function):
            lines += map(ast.unparse, [node.args, *node.body, *node.decorator_list])
        else:
            lines.append(ast.unparse(node))
        used = [known[name] for name in _names(node) if name in known]
        pending += [other for other in used if other not in done and other not in pending]
    return "\n".join(lines)


def _names(node: ast.AST) -> set[str]:
    """Return the names that a definition takes from outside: its arguments are fixtures."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    own = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return read - own | {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}


def _row(name: str, test: AnyFunction, source: str) -> Row:
    client, database, auth = (_first(RULES[column], source) for column in HEADINGS[2:5])
    advice = [text for text, pattern in RULES["advice"].items() if re.search(pattern, source)]
    if client == "TestClient":
        if isinstance(test, ast.AsyncFunctionDef):
            advice.insert(0, "ask for `async_client` instead of TestClient, and await its calls")
        elif database or auth:
            advice.insert(0, "make it `async def`, ask for `async_client`, and await its calls")
        elif "TestClient(" in source and "/routing/" not in name:
            advice.insert(0, "ask for `client`, and move it to routing/")
    kind = "auth" if auth else "database" if database else "routing" if client else "unit"
    return Row(name, kind, client or "-", database or "-", auth or "-", "; ".join(advice))


def _first(patterns: dict[str, str], source: str) -> str:
    return next((name for name, pattern in patterns.items() if re.search(pattern, source)), "")
