"""The routes of logins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Request, Response

from ...auth.dependencies import CurrentPrincipal
from ...core.clock import ClockDep
from ...core.openapi import problems
from ...core.pagination import Page, PagingDep, Rows
from ...core.types import PathId
from ...db.session import SessionDep
from ...settings import SettingsDep
from ..password_login import make_password_login
from ..schemas import LoginForm, PasswordChange
from .cookies import SessionCookieDep
from .lifetime import Lifetime
from .origin import require_own_origin
from .repository import SessionRepository
from .schemas import SessionRead
from .service import LoginService, SessionOpener

router = APIRouter(prefix="/auth", tags=["auth"])


async def get_lifetime(settings: SettingsDep) -> Lifetime:
    """Return the limits of sessions."""
    return Lifetime.of(settings)


LifetimeDep = Annotated[Lifetime, Depends(get_lifetime)]


async def get_login_service(
    request: Request, session: SessionDep, clock: ClockDep, lifetime: LifetimeDep
) -> LoginService:
    """Return the service of logins for this request."""
    opener = SessionOpener(SessionRepository(session), lifetime, clock)
    return LoginService(make_password_login(request, session), opener)


LoginServiceDep = Annotated[LoginService, Depends(get_login_service)]
UserAgent = Annotated[str | None, Header(include_in_schema=False)]


@router.post(
    "/login",
    status_code=204,
    responses=problems(401, 403, 429),
    dependencies=[Depends(require_own_origin)],
)
async def log_in(
    response: Response,
    form: Annotated[LoginForm, Form()],
    logins: LoginServiceDep,
    cookie: SessionCookieDep,
    lifetime: LifetimeDep,
    user_agent: UserAgent = None,
) -> None:
    """Log in with email and password. The answer sets the cookie."""
    secret = await logins.log_in(form, user_agent=user_agent, old_secret=cookie.secret)
    cookie.set(response, secret, lifetime=lifetime.absolute)


@router.post("/logout", status_code=204)
async def log_out(
    response: Response,
    principal: CurrentPrincipal,
    logins: LoginServiceDep,
    cookie: SessionCookieDep,
) -> None:
    """End this session."""
    await logins.log_out(principal)
    cookie.clear(response)


@router.post("/logout-all", status_code=204)
async def log_out_everywhere(
    response: Response,
    principal: CurrentPrincipal,
    logins: LoginServiceDep,
    cookie: SessionCookieDep,
) -> None:
    """End every session of the caller."""
    await logins.log_out_everywhere(principal)
    cookie.clear(response)


@router.post("/password", status_code=204, responses=problems(429))
async def change_password(
    response: Response,
    body: PasswordChange,
    principal: CurrentPrincipal,
    logins: LoginServiceDep,
    cookie: SessionCookieDep,
    lifetime: LifetimeDep,
    user_agent: UserAgent = None,
) -> None:
    """Change the password. Every session ends; the answer sets the cookie of a new one."""
    secret = await logins.change_password(principal, body, user_agent=user_agent)
    cookie.set(response, secret, lifetime=lifetime.absolute)


@router.get("/sessions", response_model=Page[SessionRead])
async def list_sessions(
    principal: CurrentPrincipal, logins: LoginServiceDep, paging: PagingDep
) -> Rows[SessionRead]:
    """List the caller's sessions, newest first."""
    return await logins.page(principal, paging)


@router.delete("/sessions/{session_id}", status_code=204)
async def end_session(
    session_id: PathId, principal: CurrentPrincipal, logins: LoginServiceDep
) -> None:
    """End one of the caller's sessions."""
    await logins.end(principal, session_id)
