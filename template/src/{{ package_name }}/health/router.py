"""Health: liveness and readiness, for operators."""

from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel

from ..core.draining import Draining
from ..core.errors import Unavailable
from ..core.openapi import problems
from ..core.routing import APIRouter
from ..core.state import from_state
from ..db.session import DatabaseDep
from .readiness import Readiness

router = APIRouter(prefix="/health", tags=["health"])

DrainingDep = Annotated[Draining, Depends(from_state(Draining))]
ReadinessDep = Annotated[Readiness, Depends(from_state(Readiness))]


class Health(BaseModel):
    """The answer of a healthy service."""

    status: str = "ok"


@router.get("/live")
async def read_liveness() -> Health:
    """Return that the process answers. Ask nothing else: a dead database restarts nobody."""
    return Health()


@router.get("/ready", responses=problems(503))
async def read_readiness(
    draining: DrainingDep, readiness: ReadinessDep, database: DatabaseDep
) -> Health:
    """Return whether requests can be served: the database answers and its schema is current."""
    if draining.begun:
        raise Unavailable("The service is shutting down.")
    if reason := await readiness.reason(database):
        raise Unavailable(reason)
    return Health()
