"""Counts the SQL of the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from . import origin
from .service import ServiceUnderTest
from .sessions import engines_of

TRANSACTION_CONTROL = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")  # the tiers differ in them


@contextmanager
def count_queries(service: ServiceUnderTest, at_most: int) -> Iterator[list[str]]:
    """Collect the SQL statements of the block. Fail the test if there are more than `at_most`."""
    statements: list[str] = []

    def before_execute(connection: object, cursor: object, statement: str, *rest: Any) -> None:
        if not statement.startswith(TRANSACTION_CONTROL) and not origin.in_background():
            statements.append(statement)

    engines = engines_of(service.database)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", before_execute)
    try:
        yield statements
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", before_execute)
    if len(statements) > at_most:
        listing = "\n".join(f"{number:3}. {sql}" for number, sql in enumerate(statements, 1))
        pytest.fail(
            f"{len(statements)} SQL statements, expected were at most {at_most}:\n{listing}\n"
            "If they differ in parameters only (N+1), load the rows together: selectinload().",
            pytrace=False,
        )
