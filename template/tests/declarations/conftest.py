"""Has what is declared looked at first, in whatever order the other tests run."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run test_declarations.py first: without a migration no other test has a database."""
    items.sort(key=lambda item: "tests/declarations/test_declarations.py" not in item.nodeid)
