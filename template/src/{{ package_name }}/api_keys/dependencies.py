"""Dependencies of the routes of API keys."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends
from starlette.requests import HTTPConnection

from ..auth.authenticator import Authenticator
from ..auth.dependencies import CurrentPrincipal
from ..auth.principal import Principal
from ..core.state import state_of
from ..db.session import SessionDep
from ..users.repository import UserRepository


async def get_locked_principal(
    connection: HTTPConnection,
    session: SessionDep,
    principal: CurrentPrincipal,
    after_response: BackgroundTasks,
) -> Principal:
    """Return the caller, authenticated again while nothing can end all its credentials.

    A key ends together with them: a request that has waited meanwhile would make one afterwards.
    Raise `Unauthenticated`.
    """
    await UserRepository(session).lock(principal.user_id)
    check = state_of(connection.scope)[Authenticator].check_of(connection)
    return await check(connection, session, after_response)


LockedPrincipal = Annotated[Principal, Depends(get_locked_principal)]
