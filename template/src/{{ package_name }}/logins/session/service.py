"""What can be done with sessions: begin, list, end, and change the password behind them."""

import secrets
from dataclasses import dataclass

import structlog

from ...auth.principal import Principal
from ...auth.secret import digest
from ...core.clock import Clock
from ...core.errors import NotFound
from ...core.pagination import Paging, Rows
from ...users.models import User
from ..password_login import PasswordLogin
from ..schemas import LoginForm, PasswordChange
from .lifetime import Lifetime
from .models import LoginSession
from .repository import SessionRepository
from .schemas import SessionRead

log = structlog.get_logger("security")


@dataclass(frozen=True, slots=True)
class SessionOpener:
    """Makes sessions."""

    sessions: SessionRepository
    lifetime: Lifetime
    clock: Clock

    async def begin(self, user: User, *, user_agent: str | None) -> str:
        """Begin a session and give the secret for its cookie."""
        now = self.clock.now()
        await self.sessions.delete_expired(user.id, self.lifetime, now=now)
        secret = secrets.token_urlsafe(32)  # 256 bits
        login = LoginSession(
            user_id=user.id,
            token_hash=digest(secret),
            created_at=now,
            last_seen_at=now,
            expires_at=now + self.lifetime.absolute,
            user_agent=user_agent[:255] if user_agent else None,
        )
        await self.sessions.add(login)
        return secret


@dataclass(frozen=True, slots=True)
class LoginService:
    """Begins and ends sessions, in the transaction of the request."""

    login: PasswordLogin
    opener: SessionOpener

    async def log_in(
        self, form: LoginForm, *, user_agent: str | None, old_secret: str | None
    ) -> str:
        """Begin a session in place of the browser's old one, and give the cookie's secret.

        Raises what `PasswordLogin.verify` raises.
        """
        user = await self.login.verify(form)
        if old_secret is not None:
            await self.opener.sessions.delete_by_hash(digest(old_secret))
        return await self.opener.begin(user, user_agent=user_agent)

    async def log_out(self, principal: Principal) -> None:
        """End the caller's session."""
        if principal.login_id is not None:
            await self.opener.sessions.end(principal.login_id)
        log.info("logout", user_id=principal.user_id)

    async def log_out_everywhere(self, principal: Principal) -> None:
        """End every session of the caller."""
        user = await self.login.accounts.lock(principal.user_id)
        if user is not None:
            await self.opener.sessions.end_all(user)
        log.info("logout.everywhere", user_id=principal.user_id)

    async def change_password(
        self, principal: Principal, change: PasswordChange, *, user_agent: str | None
    ) -> str:
        """Change the caller's password and end every session; the caller goes on in a new one.

        Raises what `PasswordLogin.change_password` raises.
        """
        user = await self.login.change_password(principal.user_id, change)
        await self.opener.sessions.end_all(user)
        return await self.opener.begin(user, user_agent=user_agent)

    async def page(self, principal: Principal, paging: Paging) -> Rows[SessionRead]:
        """Give one page of the caller's sessions, newest first."""
        rows = await self.opener.sessions.page(
            principal.user_id, self.opener.lifetime, paging, now=self.opener.clock.now()
        )
        items = [SessionRead.model_validate(row) for row in rows.items]
        for item in items:
            item.current = item.id == principal.login_id
        return Rows(items, rows.next_cursor)

    async def end(self, principal: Principal, session_id: int) -> None:
        """End one of the caller's sessions. Raises `NotFound`."""
        login = await self.opener.sessions.get(session_id, user_id=principal.user_id)
        if login is None:
            raise NotFound
        await self.opener.sessions.end(login.id)
        log.info("session.ended", user_id=principal.user_id)
