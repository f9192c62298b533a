"""Closes connections to SQLite whose users were cancelled, so that nobody waits for them."""

import sqlite3
from asyncio import Future
from contextlib import suppress
from typing import Any

import aiosqlite


class ClosingConnection(sqlite3.Connection):
    """A connection that gives up its transaction when it is closed.

    By itself SQLite keeps it, and every other writer waiting, as long as anything refers to one of
    its statements: the traceback of who was cancelled does.
    """

    def close(self) -> None:
        """Close the connection."""
        with suppress(sqlite3.Error):
            if self.in_transaction:
                self.rollback()
        super().close()


class StoppingConnection(aiosqlite.Connection):
    """A connection of the driver that may be stopped twice.

    SQLAlchemy closes one whose user was cancelled, and stops it where that is cancelled, too. The
    second wait would never end, and a shutdown would wait for it.
    """

    _stopped: Future[Any] | None = None

    def stop(self) -> Future[Any] | None:
        """Stop the thread of the connection; return what is done when it has ended."""
        if self._stopped is None:
            self._stopped = super().stop()
        return self._stopped
