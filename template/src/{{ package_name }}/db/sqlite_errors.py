"""The error names of SQLite, and what they mean."""

from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import DataError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from .error_kinds import Kind

# By the beginning of the name. NOT NULL, CHECK and all that is not listed are bugs.
_KINDS = (
    ("SQLITE_CONSTRAINT_UNIQUE", Kind.UNIQUE),
    ("SQLITE_CONSTRAINT_PRIMARYKEY", Kind.UNIQUE),
    ("SQLITE_CONSTRAINT_ROWID", Kind.UNIQUE),
    ("SQLITE_CONSTRAINT_FOREIGNKEY", Kind.FOREIGN_KEY),
    # What has read and finds, when it writes, that others wrote meanwhile: refused at once. Not
    # the other SQLITE_BUSY: whoever gets that has waited busy_timeout, and would wait once more.
    ("SQLITE_BUSY_SNAPSHOT", Kind.CONFLICT),
    ("SQLITE_SCHEMA", Kind.CONFLICT),
    ("SQLITE_BUSY", Kind.UNAVAILABLE),
    ("SQLITE_LOCKED", Kind.UNAVAILABLE),
    ("SQLITE_READONLY", Kind.UNAVAILABLE),
    ("SQLITE_CANTOPEN", Kind.UNAVAILABLE),
    ("SQLITE_FULL", Kind.UNAVAILABLE),
    ("SQLITE_IOERR", Kind.UNAVAILABLE),
    ("SQLITE_PROTOCOL", Kind.UNAVAILABLE),
    ("SQLITE_NOMEM", Kind.UNAVAILABLE),
    ("SQLITE_INTERRUPT", Kind.UNAVAILABLE),
    ("SQLITE_TOOBIG", Kind.BAD_VALUE),
)


def wrap_errors(engine: AsyncEngine) -> None:
    """Make errors of SQLAlchemy of those that Python raises before it hands a value to SQLite."""

    @event.listens_for(engine.sync_engine, "handle_error", retval=True)
    def handle_error(context: ExceptionContext) -> BaseException | None:
        error = context.original_exception
        if isinstance(error, OverflowError | UnicodeEncodeError):
            return DataError(context.statement, None, error)
        return None


def code_of(error: SQLAlchemyError) -> str:
    """Return SQLite's name of the error, or "" if SQLite did not report it."""
    return getattr(getattr(error, "orig", None), "sqlite_errorname", "")


def constraint_of(error: SQLAlchemyError) -> str | None:
    """Return what was violated, as far as SQLite says so: columns, an index or a constraint."""
    words, _, constraint = _message(error).partition(" constraint failed: ")
    return constraint if words in ("UNIQUE", "NOT NULL", "CHECK") else None


def kind_of(error: SQLAlchemyError) -> Kind | None:
    """Return the kind of the error, or None if it is a bug."""
    code = code_of(error)
    # How SQLite reports that ON DELETE RESTRICT or ON UPDATE RESTRICT refused something.
    if code == "SQLITE_CONSTRAINT_TRIGGER" and "FOREIGN KEY" in _message(error):
        return Kind.FOREIGN_KEY
    for start, kind in _KINDS:
        if code.startswith(start):
            return kind
    return Kind.UNAVAILABLE if isinstance(getattr(error, "orig", None), OSError) else None


def _message(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", ""))
