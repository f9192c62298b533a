"""What a test does to the service: fail its commit, replace a part of it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from . import origin
from .adapter import load_adapter
from .service import ServiceUnderTest
from .sessions import session_class


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
        if origin.in_background():
            return
        failed = True
        session.flush()
        raise OperationalError("COMMIT", {}, ConnectionError("the connection broke"))

    classes = set(map(session_class, service.database.session_makers))
    for kind in classes:
        event.listen(kind, "before_commit", before_commit)
    try:
        yield
    finally:
        for kind in classes:
            event.remove(kind, "before_commit", before_commit)
    if not failed:
        pytest.fail("the service committed nothing within failing_commit()", pytrace=False)


def override(service: ServiceUnderTest, restore: ExitStack, name: Any, new: object) -> None:
    """Replace what the application keeps under `name`, until `restore` ends.

    Fails the test if it keeps nothing of that name.
    """
    places = load_adapter().replaceable(service.running)
    for place in places:
        if name in place:
            restore.callback(place.__setitem__, name, place[name])
            place[name] = new
            return
    known = ", ".join(sorted(_shown(name) for place in places for name in place))
    pytest.fail(f"the application keeps no {_shown(name)}, it keeps {known}", pytrace=False)


def _shown(name: Any) -> str:
    return name.__name__ if isinstance(name, type) else repr(name)
