"""Liveness and readiness."""

import asyncio
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from ..core.draining import Draining
from ..core.errors import Unavailable
from ..core.openapi import problems
from ..core.state import from_state
from ..db.migrate import MigrationError, check_schema
from ..db.session import DatabaseDep
from ..models import Base

READY_WITHIN_SECONDS = 2

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/health", tags=["health"])

DrainingDep = Annotated[Draining, Depends(from_state(Draining))]


class Health(BaseModel):
    """The answer of a healthy service."""

    status: str = "ok"


@router.get("/live")
async def live() -> Health:
    """Tell whether the process answers. Asks nothing else, so a dead database restarts nobody."""
    return Health()


@router.get("/ready", responses=problems(503))
async def ready(draining: DrainingDep, database: DatabaseDep) -> Health:
    """Return whether requests can be served: the database answers and its schema is current."""
    if draining.begun:
        raise Unavailable("The service is shutting down.")
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            async with database.session(read_only=True) as session:
                await check_schema(session, Base.metadata)
    except MigrationError as error:
        log.error("not ready", error=str(error))
        raise Unavailable("The schema of the database is not the one of this release.") from None
    except Exception as error:
        log.warning("not ready", error=type(error).__name__)
        raise Unavailable("The database does not answer.") from None
    return Health()
