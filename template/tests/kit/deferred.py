"""Checks at the commit of a session what the database checks at its own COMMIT.

A commit within the transaction of a test only releases a savepoint, so deferred constraints would
never be checked. The check uses the driver's cursor: nothing that listens to SQLAlchemy sees it.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

# Checks all, and then makes them as deferred as they are at the beginning of a transaction.
ON_POSTGRES = """
DO $$
DECLARE
    deferred text;
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT string_agg(format('%I.%I', nspname, conname), ', ') INTO deferred
    FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace
    WHERE condeferred;
    IF deferred IS NOT NULL THEN
        EXECUTE 'SET CONSTRAINTS ' || deferred || ' DEFERRED';
    END IF;
END $$
"""


def check_deferred_constraints(connection: Connection) -> None:
    """Raise the error with which the database would refuse to commit, if it would."""
    check = CHECKS.get(connection.dialect.name)
    if check is None:
        return
    cursor = connection.connection.cursor()
    try:
        check(cursor)
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            None,
            None,
            error,
            connection.dialect.loaded_dbapi.Error,
            hide_parameters=True,
            dialect=connection.dialect,
        ) from error
    finally:
        cursor.close()


def _on_postgres(cursor: Any) -> None:
    cursor.execute(ON_POSTGRES)


def _on_sqlite(cursor: Any) -> None:
    """Only foreign keys can be deferred, and only where they are enforced."""
    cursor.execute("PRAGMA foreign_keys")
    if not cursor.fetchone()[0]:
        return
    cursor.execute("PRAGMA foreign_key_check")
    if cursor.fetchone():
        error = sqlite3.IntegrityError("FOREIGN KEY constraint failed")
        error.sqlite_errorcode = sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
        error.sqlite_errorname = "SQLITE_CONSTRAINT_FOREIGNKEY"
        raise error
    cursor.execute("PRAGMA defer_foreign_keys = OFF")  # as after a COMMIT


CHECKS: dict[str, Callable[[Any], None]] = {"postgresql": _on_postgres, "sqlite": _on_sqlite}
