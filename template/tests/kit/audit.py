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
from typing import TypeGuard

import pytest

RULES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
HEADINGS = ("test", "kind", "client", "database", "login", "to change")
COLUMNS = ("client", "database", "auth")
HERE = Path(__file__).resolve().parent
OWN = {HERE.parent / "adapter.py", *HERE.rglob("*.py")}
SETUP = {"setUp", "asyncSetUp", "setUpClass", "setup_method", "setup_class"}
Definitions = dict[str, list[ast.AST]]
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
    advice: tuple[str, ...]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--audit-clients`."""
    parser.addoption(
        "--audit-clients",
        nargs="?",
        const="",
        metavar="PATH",
        help="run no test; show which client, database and login each one uses, and what to change",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Read no conftest.py if nothing is to be run: it may need what is not set up."""
    known = early_config.known_args_namespace
    if known.audit_clients is not None:
        known.noconftest = True


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Print the table instead of running tests."""
    path = config.getoption("audit_clients")
    if path is None:
        return None
    paths = [Path(one) for one in ([path] if path else config.getini("testpaths") or ["tests"])]
    for missing in (one for one in paths if not one.exists()):
        raise pytest.UsageError(f"nothing is in {missing}: name a folder, --audit-clients=PATH")
    _print([row for one in paths for row in audit(one)])
    return 0


def _print(rows: list[Row]) -> None:
    """Print a line for each test, and each advice once, under a number."""
    advice = Counter(text for row in rows for text in row.advice)
    numbers = {text: str(number) for number, (text, _) in enumerate(advice.most_common(), start=1)}
    table: list[tuple[str, ...]] = [HEADINGS]
    for row in rows:
        to_change = " ".join(sorted((numbers[text] for text in row.advice), key=int))
        table.append((row.test, row.kind, row.client, row.database, row.auth, to_change))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())
    print()
    for text, count in advice.most_common():
        print(f"{numbers[text].rjust(2)}  {text} ({count} test{'s' if count > 1 else ''})")
    kinds = Counter(row.kind for row in rows)
    summary = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    left = sum(bool(row.advice) for row in rows)
    print(f"\n{len(rows)} tests: {summary or 'none'}. {left} to change.")


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
    shared: Definitions = {}
    for tree in conftests:
        shared |= _definitions(tree.body)
    rows = []
    for file, tree in trees.items():
        for name, test, known in _tests(tree, shared | _definitions(tree.body)):
            rows.append(_row(f"{file}::{name}", test, _source(test, known)))
    return rows


def _definitions(body: list[ast.stmt]) -> Definitions:
    """Return what a module or class defines: fixtures, helpers, clients, tokens.

    `app.dependency_overrides[get_db] = ...` is a part of what `app` is.
    """
    definitions: Definitions = {}
    for node in body:
        if isinstance(node, Function):
            definitions.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                while isinstance(target, ast.Subscript | ast.Attribute):
                    target = target.value
                if isinstance(target, ast.Name):
                    definitions.setdefault(target.id, []).append(node)
    return definitions


def _tests(tree: ast.Module, known: Definitions) -> Iterator[tuple[str, AnyFunction, Definitions]]:
    """Yield the name and the function of each test, and what it may use."""
    for node in tree.body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield node.name, node, known
        elif isinstance(node, ast.ClassDef) and (node.name.startswith("Test") or _is_case(node)):
            own = _definitions(node.body)
            for name in SETUP & own.keys():  # what it makes is used as `self.client`
                own["self"] = [*own.get("self", []), *own[name]]
            for method in node.body:
                if isinstance(method, Function) and method.name.startswith("test"):
                    yield f"{node.name}::{method.name}", method, known | own


def _is_case(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("TestCase") for base in node.bases)


def _source(test: AnyFunction, known: Definitions) -> str:
    """Return the source of a test and of everything it uses, but not their names."""
    pending: list[ast.AST] = [test, *known.get("pytestmark", ())]
    done: list[ast.AST] = []
    lines: list[str] = []
    while pending:
        node = pending.pop()
        done.append(node)
        if isinstance(node, Function):
            lines += map(ast.unparse, [node.args, *node.body, *node.decorator_list])
        else:
            lines.append(ast.unparse(node))
        used = [one for name in _names(node) for one in known.get(name, ())]
        pending += [other for other in used if other not in done and other not in pending]
    return "\n".join(lines)


def _names(node: ast.AST) -> set[str]:
    """Return the names that a definition takes from outside: its arguments are fixtures."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    own = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    methods = {part.attr for part in ast.walk(node) if _is_of_self(part)}
    return read - own | methods | {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}


def _is_of_self(node: ast.AST) -> TypeGuard[ast.Attribute]:
    is_attribute = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return is_attribute and ast.unparse(node).startswith("self.")


def _row(name: str, test: AnyFunction, source: str) -> Row:
    client, database, auth = (_first(RULES[column], source) for column in COLUMNS)
    advice = [text for text, pattern in RULES["advice"].items() if re.search(pattern, source)]
    if client == "TestClient":
        if isinstance(test, ast.AsyncFunctionDef):
            advice.insert(0, "ask for `async_client` instead of TestClient, and await its calls")
        elif database or auth:
            advice.insert(0, "make it `async def`, ask for `async_client`, and await its calls")
        elif "TestClient(" in source and "/routing/" not in name:
            advice.insert(0, "ask for `client`")
    kind = "auth" if auth else "database" if database else "routing" if client else "unit"
    return Row(name, kind, client or "-", database or "-", auth or "-", tuple(advice))


def _first(patterns: dict[str, str], source: str) -> str:
    return next((name for name, pattern in patterns.items() if re.search(pattern, source)), "")
