"""Whether requests can be served: the database answers, and its schema is current."""

import asyncio

import structlog

from ..db.migrate import MigrationError, check_schema
from ..db.session import Database
from ..models import Base

READY_WITHIN_SECONDS = 2

log = structlog.get_logger(__name__)


class Readiness:
    """Finds out why the service is not ready. Who asks meanwhile gets the same answer.

    So a flood of probes is one at a time, on a connection that no request takes.
    """

    def __init__(self) -> None:
        self._asked: asyncio.Task[str | None] | None = None

    async def reason(self, database: Database) -> str | None:
        """Return why requests cannot be served, or None if they can."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(_reason(database))
        return await asyncio.shield(self._asked)  # others wait for it, too


async def _reason(database: Database) -> str | None:
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            async with database.probe() as session:
                await check_schema(session, Base.metadata)
    except MigrationError as error:
        log.error("not ready", error=str(error))
        return "The schema of the database is not the one of this release."
    except Exception as error:
        log.warning("not ready", error=type(error).__name__)
        return "The database does not answer."
    return None
