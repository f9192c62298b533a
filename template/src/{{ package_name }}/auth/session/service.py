"""What can be done with sessions: begin, list, end, and change the password behind them."""

import secrets

import structlog

from ...core.clock import Clock
from ...core.errors import NotFound
from ...core.pagination import Paging, Rows
from ...users.models import User
from ..login import PasswordLogin
from ..passwords import PasswordHasher
from ..principal import Principal
from ..repository import AccountRepository
from ..secret import digest
from .lifetime import Lifetime
from .models import LoginSession
from .repository import SessionRepository
from .schemas import SessionRead

log = structlog.get_logger("security")


class SessionOpener:
    """Makes sessions."""

    def __init__(self, sessions: SessionRepository, lifetime: Lifetime, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self.lifetime = lifetime

    async def begin(self, user: User, *, user_agent: str | None) -> str:
        """Begin a session and give the secret for its cookie."""
        now = self._clock.now()
        await self._sessions.delete_expired(user.id, self.lifetime, now=now)
        secret = secrets.token_urlsafe(32)  # 256 bits
        await self._sessions.add(
            LoginSession(
                user_id=user.id,
                token_hash=digest(secret),
                created_at=now,
                last_seen_at=now,
                expires_at=now + self.lifetime.absolute,
                user_agent=user_agent[:255] if user_agent else None,
            )
        )
        return secret


class LoginService:
    """Begins and ends sessions, in the transaction of the request."""

    def __init__(
        self,
        accounts: AccountRepository,
        sessions: SessionRepository,
        opener: SessionOpener,
        login: PasswordLogin,
        passwords: PasswordHasher,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._opener = opener
        self._login = login
        self._passwords = passwords
        self._clock = clock

    async def log_in(
        self,
        email: str,
        password: str,
        *,
        address: str,
        user_agent: str | None,
        old_secret: str | None,
    ) -> str:
        """Begin a session in place of the browser's old one, and give the cookie's secret.

        Raises what `PasswordLogin.verify` raises.
        """
        verified = await self._login.verify(email, password, address=address)
        user = await self._login.confirm(self._accounts, verified, password)
        if old_secret is not None:
            await self._sessions.delete_by_hash(digest(old_secret))
        secret = await self._opener.begin(user, user_agent=user_agent)
        return secret

    async def log_out(self, principal: Principal) -> None:
        """End the caller's session."""
        if principal.login_id is not None:
            await self._sessions.end(principal.login_id)
        log.info("logout", user_id=principal.user_id)

    async def log_out_everywhere(self, principal: Principal) -> None:
        """End every session of the caller."""
        user = await self._accounts.lock(principal.user_id)
        if user is not None:
            await self._sessions.end_all(user)
        log.info("logout.everywhere", user_id=principal.user_id)

    async def change_password(
        self,
        principal: Principal,
        current: str,
        new: str,
        *,
        address: str,
        user_agent: str | None,
    ) -> str:
        """Change the caller's password and end every session; the caller goes on in a new one.

        Raises what `PasswordLogin.verify_again` and `PasswordHasher.hash_new` raise.
        """
        verified = await self._login.verify_again(principal.user_id, current, address=address)
        new_hash = await self._passwords.hash_new(new, email=verified.email)
        user = await self._login.confirm(self._accounts, verified, current)
        user.password_hash = new_hash
        await self._accounts.save()
        await self._sessions.end_all(user)
        log.info("password.changed", user_id=user.id, address=address)
        return await self._opener.begin(user, user_agent=user_agent)

    async def page(self, principal: Principal, paging: Paging) -> Rows[SessionRead]:
        """Give one page of the caller's sessions, newest first."""
        rows = await self._sessions.page(
            principal.user_id, self._opener.lifetime, paging, now=self._clock.now()
        )
        items = [SessionRead.model_validate(row) for row in rows.items]
        for item in items:
            item.current = item.id == principal.login_id
        return Rows(items, rows.next_cursor)

    async def end(self, principal: Principal, session_id: int) -> None:
        """End one of the caller's sessions. Raises `NotFound`."""
        login = await self._sessions.get(session_id, user_id=principal.user_id)
        if login is None:
            raise NotFound
        await self._sessions.end(login.id)
        log.info("session.ended", user_id=principal.user_id)
