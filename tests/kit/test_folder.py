"""The kit is one folder that knows no service."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import template
from tests.template import Rendered

KIT = template.ROOT / "template" / "tests" / "kit"
every_answer_set = pytest.mark.parametrize("name", template.answer_sets())


@every_answer_set
def test_kit_is_the_same_in_every_project(name: str, rendered: Callable[[str], Rendered]) -> None:
    """`copier update` brings the same kit to everybody, whatever they answered."""
    assert _contents(rendered(name).path / "tests" / "kit") == _contents(KIT)


def test_kit_imports_only_itself_and_libraries() -> None:
    """One import leads out of the folder: that of the adapter, by name."""
    levels = {
        path.relative_to(KIT).as_posix(): max(_levels(path), default=0)
        for path in KIT.rglob("*.py")
    }

    assert {path: level for path, level in levels.items() if level > path.count("/") + 1} == {}


def test_kit_names_no_part_of_the_sample() -> None:
    """Neither the package, nor what the sample service is about."""
    found = [
        path.name
        for path in KIT.rglob("*.*")
        if path.suffix in {".py", ".toml", ".md"}
        and any(word in path.read_text(encoding="utf-8") for word in ("my_service", "document"))
    ]

    assert found == []


def _contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file, by its path."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _levels(path: Path) -> Iterator[int]:
    """Yield how many packages each relative import of a module goes up."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.level
