"""The routes of logins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request

from ...auth.dependencies import CurrentPrincipal
from ...core.clock import ClockDep
from ...core.openapi import problems
from ...db.session import SessionDep
from ...settings import SettingsDep
from ..password_login import make_password_login
from ..schemas import LoginForm, PasswordChange
from .repository import RefreshTokenRepository
from .schemas import RefreshRequest, TokenPair
from .service import LoginService, TokenIssuer

router = APIRouter(prefix="/auth", tags=["auth"])


async def get_login_service(
    request: Request, session: SessionDep, settings: SettingsDep, clock: ClockDep
) -> LoginService:
    """Return the service of logins for this request."""
    issuer = TokenIssuer(RefreshTokenRepository(session), settings, clock)
    return LoginService(make_password_login(request, session), issuer)


LoginServiceDep = Annotated[LoginService, Depends(get_login_service)]


@router.post("/login", responses=problems(401, 429))
async def log_in(form: Annotated[LoginForm, Form()], logins: LoginServiceDep) -> TokenPair:
    """Log in with email and password."""
    return await logins.log_in(form)


@router.post("/refresh", responses=problems(401))
async def refresh(body: RefreshRequest, logins: LoginServiceDep) -> TokenPair:
    """Exchange a refresh token for a new pair. Sent twice, it ends the login."""
    return await logins.refresh(body.refresh_token.get_secret_value())


@router.post("/logout", status_code=204)
async def log_out(principal: CurrentPrincipal, logins: LoginServiceDep) -> None:
    """End this login."""
    await logins.log_out(principal)


@router.post("/logout-all", status_code=204)
async def log_out_everywhere(principal: CurrentPrincipal, logins: LoginServiceDep) -> None:
    """End every login of the caller."""
    await logins.log_out_everywhere(principal)


@router.post("/password", responses=problems(429))
async def change_password(
    body: PasswordChange, principal: CurrentPrincipal, logins: LoginServiceDep
) -> TokenPair:
    """Change the password. Every other login ends; the answer is a new pair for this one."""
    return await logins.change_password(principal, body)
