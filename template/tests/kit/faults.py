"""What a test does to the service: fail its commit, count its SQL, replace a part of it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from .service import ServiceUnderTest

TRANSACTION_CONTROL = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")  # the tiers differ in them


@contextmanager
def failing_commit(service: ServiceUnderTest) -> Iterator[None]:
    """Make the next commit of the service fail as if the connection broke.

    What it was to commit has been sent by then. Fails the test if nothing is committed.
    """
    failed = False

    def before_commit(session: Session) -> None:
        nonlocal failed
        if failed or session.in_nested_transaction() or service.opened(session):
            return
        failed = True
        session.flush()
        raise OperationalError("COMMIT", {}, ConnectionError("the connection broke"))

    event.listen(service.database.session_class, "before_commit", before_commit)
    try:
        yield
    finally:
        event.remove(service.database.session_class, "before_commit", before_commit)
    if not failed:
        pytest.fail("the service committed nothing within failing_commit()", pytrace=False)


@contextmanager
def count_queries(service: ServiceUnderTest, at_most: int) -> Iterator[list[str]]:
    """Give the SQL statements of the block. Fails the test if there are more than `at_most`."""
    statements: list[str] = []

    def before_execute(connection: object, cursor: object, statement: str, *rest: Any) -> None:
        if not statement.startswith(TRANSACTION_CONTROL):
            statements.append(statement)

    engine = service.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", before_execute)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", before_execute)
    if len(statements) > at_most:
        listing = "\n".join(f"{number:3}. {sql}" for number, sql in enumerate(statements, 1))
        pytest.fail(
            f"{len(statements)} SQL statements, expected were at most {at_most}:\n{listing}\n"
            "If they differ in parameters only (N+1), load the rows together: selectinload().",
            pytrace=False,
        )


def override(service: ServiceUnderTest, restore: ExitStack, name: str, new: object) -> None:
    """Replace what the application keeps in `request.state` or `app.state`, until `restore` ends.

    Fails the test if it keeps nothing of that name.
    """
    for place in (service.state, service.app.state):
        if name in place:
            restore.callback(place.__setitem__, name, place[name])
            place[name] = new
            return
    known = ", ".join(sorted({*service.state, *service.app.state}))
    pytest.fail(f"the application keeps no {name!r}, it keeps {known}", pytrace=False)
