"""What a rendered service declares, read from its files without running them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


def settings(example: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, default and comment of each variable in the text of .env.example.

    A comment belongs to the variables that follow it, up to a blank line or the next comment.
    """
    comment: list[str] = []
    after_comment = False
    for line in example.splitlines():
        if line.startswith("#"):
            comment = [*comment, line.lstrip("# ")] if after_comment else [line.lstrip("# ")]
            after_comment = True
            continue
        name, found, default = line.partition("=")
        if found:
            yield name, default, " ".join(comment)
            comment = []
        after_comment = False


def fixtures(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name of each fixture of a module, and the first sentence about it."""
    for function in _functions(path):
        if any("fixture" in ast.unparse(each) for each in function.decorator_list):
            yield function.name, _summary(function)


def commands(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield name, options and summary of each command of a Typer application."""
    for function in _functions(path):
        if any(ast.unparse(each).endswith(".command()") for each in function.decorator_list):
            options = [f"`--{each.arg.replace('_', '-')}`" for each in function.args.args]
            yield function.name.replace("_", "-"), " ".join(options), _summary(function)


def errors(path: Path) -> Iterator[tuple[str, int, str, str]]:
    """Yield name, status, meaning and default detail of each error of a module."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        values = {
            ast.unparse(each.targets[0]): ast.literal_eval(each.value)
            for each in node.body
            if isinstance(each, ast.Assign)
        }
        if "status" in values:
            words = re.sub(r": \d{3}\.", ".", (ast.get_docstring(node) or "").partition("\n")[0])
            yield node.name, values["status"], words, values.get("default_detail", "")


def _functions(path: Path) -> Iterator[Function]:
    if path.exists():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, Function):
                yield node


def _summary(function: Function) -> str:
    """Return the first paragraph of a docstring, fit for a table."""
    words = (ast.get_docstring(function) or "").partition("\n\n")[0]
    return " ".join(words.split()).replace("|", "\\|")
