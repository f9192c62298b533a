"""The sessions of the service as tests see them: where they lead, and when they are misused."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from . import origin
from .adapter import Database, SessionMaker
from .background import background
from .deferred import check_deferred_constraints
from .refusal import noticed, refuse

READ_ONLY = ("read_only", "postgresql_readonly")
"""Execution options of an engine whose sessions only read."""

WRITES = re.compile(
    r"\s*(insert|update|delete|merge|replace|truncate|create|drop|alter)\b"
    r"|\s*with\b.*\b(insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass
class Opened:
    """Where and for whom a session was opened."""

    request: origin.Request | None
    in_background: bool
    place: str
    is_closed: bool = False
    has_written: bool = False
    is_overtaken: bool = False
    """Whether another session has committed since this one began."""


class Watch:
    """What is known of the sessions of one application."""

    def __init__(self, seam: str) -> None:
        self.seam = seam
        """The file that opens the sessions: who called it is of interest."""
        self.connection: Connection | None = None
        """The connection of a test that runs in one transaction."""
        self.open: set[Watched] = set()
        """The sessions that have begun and not ended a transaction."""

    def open_in_front(self) -> list[Watched]:
        """Return the open sessions of the test and of requests, not those of background work."""
        return [session for session in self.open if not session.opened.in_background]

    def refuse_write(self, sql: str) -> None:
        """Refuse a statement that writes, if every open session of its request only reads."""
        request = origin.current_request.get()
        own = [one for one in self.open_in_front() if one.opened.request is request]
        if request and own and all(one.only_reads for one in own) and WRITES.match(sql):
            _refuse_write(own[0])


class Watched(Session):
    """A mixin for the session class of an application."""

    watch: Watch
    only_reads: bool
    engines: Collection[Engine] = ()
    """Those of the application, where others may use the class of its sessions too."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "join_transaction_mode": "create_savepoint"})
        place = origin.place(but=self.watch.seam)
        self.opened = Opened(origin.current_request.get(), origin.in_background(), place)

    def get_bind(self, *args: Any, **options: Any) -> Any:
        """Return the connection of the test; for work in the background, the engine of that."""
        if self.engines and self.bind not in self.engines:
            return super().get_bind(*args, **options)
        if self.watch.connection is not None and not self.opened.in_background:
            self._refuse_overlap()
            return self.watch.connection
        bind = super().get_bind(*args, **options)
        if self.opened.in_background and isinstance(bind, Engine):
            return background.engine_instead_of(bind)
        return bind

    def _refuse_overlap(self) -> None:
        """Refuse to begin while another request has not ended: savepoints release each other."""
        if self.opened.request is None or self in self.watch.open:
            return
        for other in self.watch.open_in_front():
            busy = other.opened.request
            if busy and busy is not self.opened.request:
                refuse("two-requests", request=self.opened.request.name, busy=busy.name)

    def close(self) -> None:
        """Close the session. One of a request must not be used again."""
        if self.opened.is_overtaken:
            self._keep_what_others_committed()
        super().close()
        self.opened.is_closed = True

    def _keep_what_others_committed(self) -> None:
        """Release the savepoint of a session that only read: a rollback would reach too far."""
        transaction = self.get_transaction()
        if transaction is None or self.watch.connection is None:
            return
        if self.opened.has_written:
            noticed.add("sessions-overlap")
            return
        for _, own, *_ in set(transaction._connections.values()):
            if own.is_active:
                own.commit()


@contextmanager
def watched(database: Database) -> Iterator[Watch]:
    """Watch the sessions that a running application opens, until the block ends."""
    watch = Watch(inspect.getfile(type(database)))
    engines = engines_of(database)
    makers = [(maker, _options(maker)) for maker in database.session_makers]
    for maker, options in makers:
        base = session_class(maker)
        bind = options.get("bind")
        of_engine = bind.sync_engine.get_execution_options() if bind else {}
        only_reads = any(of_engine.get(name) for name in READ_ONLY)
        attributes = {"watch": watch, "only_reads": only_reads}
        if isinstance(maker, type):
            attributes["engines"] = engines
        watched_class = type(base.__name__, (Watched, base), attributes)
        for name, listener in LISTENERS.items():
            event.listen(watched_class, name, listener)
        _use(maker, watched_class)
    try:
        yield watch
    finally:
        for maker, options in makers:
            _use(maker, options.get("sync_session_class"))


def open_session(database: Database) -> AsyncSession:
    """Return a new session of the application."""
    maker = next(iter(database.session_makers))
    session: AsyncSession = maker(database.engine) if isinstance(maker, type) else maker()
    return session


def engines_of(database: Database) -> list[Engine]:
    """Return each engine of an application that has connections of its own.

    One that is made of another by execution options has not: the other one hears its events.
    """
    bound = [_options(maker).get("bind") for maker in database.session_makers]
    binds = [database.engine, *(bind for bind in bound if bind)]
    engines = {bind.pool: bind.sync_engine for bind in reversed(binds)}
    return list(engines.values())


def session_class(maker: SessionMaker) -> type[Session]:
    """Return the (synchronous) class of the sessions that a maker makes."""
    kind = maker if isinstance(maker, type) else maker.class_
    chosen: type[Session] | None = _options(maker).get("sync_session_class")
    return chosen or kind.sync_session_class


def _options(maker: SessionMaker) -> dict[str, Any]:
    """Return the options that a maker gives to its sessions, or what is set on a class."""
    return dict(vars(maker) if isinstance(maker, type) else maker.kw)


def _use(maker: SessionMaker, kind: type[Session] | None) -> None:
    """Have a maker make sessions of a class, or of its own if it is None."""
    if not isinstance(maker, type):
        maker.configure(sync_session_class=kind or maker.class_.sync_session_class)
    elif kind:
        maker.sync_session_class = kind
    else:
        with suppress(AttributeError):
            del maker.sync_session_class


def _transaction_created(session: Watched, transaction: SessionTransaction) -> None:
    opened = session.opened
    if opened.is_closed and opened.request:
        refuse("closed-session", request=opened.request.name, place=origin.place())


def _begun(session: Watched, transaction: SessionTransaction, connection: Connection) -> None:
    session.watch.open.add(session)


def _ended(session: Watched, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.watch.open.discard(session)
        session.opened.has_written = session.opened.is_overtaken = False


def _before_commit(session: Watched) -> None:
    connection = session.watch.connection
    if connection is None or session.opened.in_background or session.in_nested_transaction():
        return
    session.flush()
    if session in session.watch.open:
        check_deferred_constraints(connection)
    for other in session.watch.open_in_front():
        other.opened.is_overtaken |= other is not session


def _before_flush(session: Watched, context: Any, instances: Any) -> None:
    if session.new or session.dirty or session.deleted:
        session.opened.has_written = True
        if session.only_reads:
            _refuse_write(session)


def _before_execute(state: ORMExecuteState) -> None:
    session, statement = state.session, state.statement
    if isinstance(session, Watched):
        is_text = isinstance(statement, TextClause) and WRITES.match(statement.text)
        if state.is_insert or state.is_update or state.is_delete or is_text:
            session.opened.has_written = True
            if session.only_reads:
                _refuse_write(session)


def _refuse_write(session: Watched) -> None:
    request = session.opened.request
    name = request.name if request else "Something"
    refuse("write-while-reading", request=name, place=origin.place())


LISTENERS: dict[str, Callable[..., None]] = {
    "after_transaction_create": _transaction_created,
    "after_begin": _begun,
    "after_transaction_end": _ended,
    "before_commit": _before_commit,
    "before_flush": _before_flush,
    "do_orm_execute": _before_execute,
}
