"""checks.yml, the table of checks and of the rendered tests that prove them, is true."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests import template

TESTS = template.ROOT / "template" / "tests"


def test_every_test_of_the_table_is_there() -> None:
    """A test that was renamed is renamed in the table as well."""
    table = (Path(__file__).parent / "checks.yml").read_text(encoding="utf-8")
    checks: dict[str, list[str]] = yaml.safe_load(table)
    known = {name for path in TESTS.rglob("test_*") for name in _tests(path)}

    assert {name for tests in checks.values() for name in tests} - known == set()


def _tests(path: Path) -> Iterator[str]:
    """Yield the id of every test of a module, without its parameters."""
    file, group = path.relative_to(TESTS).as_posix().removesuffix(".jinja"), ""
    definitions = r"(?m)^( *)(class|def|async def) (\w+)"
    for indent, kind, name in re.findall(definitions, path.read_text(encoding="utf-8")):
        if not indent:
            group = f"{name}::" if kind == "class" else ""
        yield f"{file}::{group}{name}"
