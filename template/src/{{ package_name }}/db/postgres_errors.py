"""The error codes of Postgres (SQLSTATE), and what they mean."""

import asyncpg
from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from .error_kinds import Kind


class DatabaseUnreachable(SQLAlchemyError):
    """No connection could be opened."""


# By the beginning of the code. NOT NULL, CHECK and all that is not listed are bugs.
_KINDS = (
    ("23505", Kind.UNIQUE),
    ("23503", Kind.FOREIGN_KEY),
    ("23001", Kind.FOREIGN_KEY),  # ON DELETE RESTRICT, since Postgres 18
    ("23P01", Kind.EXCLUSION),
    ("40001", Kind.CONFLICT),  # serialization failure
    ("40P01", Kind.CONFLICT),  # deadlock
    ("57014", Kind.TIMEOUT),  # statement_timeout
    ("25P04", Kind.TIMEOUT),  # transaction_timeout
    ("25006", Kind.UNAVAILABLE),  # a read-only transaction, such as on a standby
    ("25P03", Kind.UNAVAILABLE),  # idle_in_transaction_session_timeout
    ("55P03", Kind.UNAVAILABLE),  # lock_timeout
    ("40", Kind.UNAVAILABLE),
    ("08", Kind.UNAVAILABLE),  # the connection
    ("53", Kind.UNAVAILABLE),  # connections, memory, disk
    ("57P", Kind.UNAVAILABLE),  # starting or shutting down
    ("58", Kind.UNAVAILABLE),  # the operating system under it
    ("28", Kind.UNAVAILABLE),  # a credential that the server does not accept
    ("3D", Kind.UNAVAILABLE),  # a database that it does not know
    ("22001", Kind.BAD_VALUE),  # too long
    ("22003", Kind.BAD_VALUE),  # a number out of range
    ("22008", Kind.BAD_VALUE),  # a time out of range
    ("22021", Kind.BAD_VALUE),  # NUL in a text
    ("22P02", Kind.BAD_VALUE),  # half of a surrogate pair in JSON
    ("22P05", Kind.BAD_VALUE),  # NUL in JSON
)


def hide_details(engine: AsyncEngine) -> None:
    """Keep the values of rows out of tracebacks: Postgres quotes them in the detail of an error."""

    @event.listens_for(engine.sync_engine, "handle_error")
    def handle_error(context: ExceptionContext) -> None:
        reported = context.original_exception.__cause__
        if isinstance(reported, asyncpg.PostgresError):
            vars(reported)["detail"] = None


def code_of(error: SQLAlchemyError) -> str:
    """Return the SQLSTATE, or "" if the server did not report the error."""
    # SQLAlchemy's copy of the error lacks it where a cached statement is stale.
    copies = (getattr(error, "orig", None), _reported(error))
    codes = (getattr(copy, "sqlstate", None) for copy in copies)
    return next((code for code in codes if code), "")


def constraint_of(error: SQLAlchemyError) -> str | None:
    """Return the name of the violated constraint, or of the column that may not be null."""
    reported = _reported(error)
    return getattr(reported, "constraint_name", None) or getattr(reported, "column_name", None)


def kind_of(error: SQLAlchemyError) -> Kind | None:
    """Return the kind of the error, or None if it is a bug."""
    if isinstance(error, DatabaseUnreachable):
        return Kind.UNAVAILABLE
    if _is_stale(error):
        return Kind.CONFLICT
    code = code_of(error)
    for start, kind in _KINDS:
        if code.startswith(start):
            return kind
    lost = isinstance(error, DBAPIError) and (
        error.connection_invalidated or isinstance(error.orig, OSError)
    )
    return Kind.UNAVAILABLE if lost else None


def _is_stale(error: SQLAlchemyError) -> bool:
    """Return whether the connection remembers a schema that a migration has changed since.

    SQLAlchemy forgets it then, so the same statement succeeds in the next transaction.
    """
    reported = _reported(error)
    if isinstance(reported, asyncpg.InternalServerError):
        return str(reported).startswith("cache lookup failed for type")
    stale = asyncpg.InvalidCachedStatementError | asyncpg.OutdatedSchemaCacheError
    return isinstance(reported, stale)


def _reported(error: SQLAlchemyError) -> BaseException | None:
    """Return asyncpg's own error, which tells more than SQLAlchemy's copy of it."""
    return getattr(getattr(error, "orig", None), "__cause__", None)
