"""Readiness: the database answers, and its schema is current."""

import asyncio

import structlog

from ..core.causes import cause_of
from ..db.migrate import MigrationError, check_schema
from ..db.session import Database
from ..db.writable import ReadOnlyDatabase, require_writable
from ..models import Base

READY_WITHIN_SECONDS = 2

log = structlog.get_logger(__name__)


class Readiness:
    """Finds out why the service is not ready. Who asks meanwhile gets the same answer.

    So a flood of probes is one at a time, on a connection that no request takes. The log is told
    of each change, and not of each probe.
    """

    def __init__(self) -> None:
        self._asked: asyncio.Task[str | None] | None = None
        self._cause: str | None = None

    async def reason(self, database: Database) -> str | None:
        """Return why requests cannot be served, or None if they can."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._reason(database))
        return await asyncio.shield(self._asked)  # others wait for it, too

    async def _reason(self, database: Database) -> str | None:
        reason, cause = await _find_out(database)
        if cause != self._cause:
            if cause is None:
                log.info("ready again")
            else:
                log.error("not ready", cause=cause)
            self._cause = cause
        return reason


async def _find_out(database: Database) -> tuple[str | None, str | None]:
    """Return what the caller is told, and what the log is told: nothing if all is well."""
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            async with database.probe() as session:
                await check_schema(session, Base.metadata)
                await require_writable(session)
    except MigrationError as error:
        return "The schema of the database is not the one of this release.", str(error)
    except ReadOnlyDatabase as error:
        return "The database takes no writes.", cause_of(error)
    except Exception as error:
        return "The database does not answer.", cause_of(error)
    return None, None
