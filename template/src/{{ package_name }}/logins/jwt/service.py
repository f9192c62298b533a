"""What can be done with logins: begin, refresh, end, and change the password behind them."""

import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from logging import WARNING

import structlog

from ...auth.errors import Unauthenticated
from ...auth.principal import Principal
from ...auth.secret import digest
from ...core.clock import Clock
from ...settings import Settings
from ...users.models import User
from ..password_login import PasswordLogin
from ..repository import AccountRepository
from ..schemas import LoginForm, PasswordChange
from .models import RefreshToken
from .repository import RefreshTokenRepository
from .schemas import TokenPair
from .tokens import AccessTokens, Claims

log = structlog.get_logger("security")


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Makes pairs of tokens."""

    tokens: RefreshTokenRepository
    settings: Settings
    clock: Clock

    async def begin(self, user: User) -> TokenPair:
        """Begin a login: a family of its own, with an end that no refresh moves."""
        now = self.clock.now()
        await self.tokens.delete_expired(user.id, now=now)
        end = now + timedelta(days=self.settings.refresh_token_days)
        return await self.issue(user, uuid.uuid4().hex, expires_at=end)

    async def issue(self, user: User, family_id: str, *, expires_at: datetime) -> TokenPair:
        """Give the next pair of a login."""
        secret = secrets.token_urlsafe(32)  # 256 bits
        token = RefreshToken(
            user_id=user.id,
            family_id=family_id,
            token_hash=digest(secret),
            created_at=self.clock.now(),
            expires_at=expires_at,
        )
        await self.tokens.add(token)
        access = AccessTokens(self.settings, self.clock)
        text = access.issue(Claims(user.id, family_id, user.token_version))
        return TokenPair(access_token=text, refresh_token=secret, expires_in=access.lifetime)


@dataclass(frozen=True, slots=True)
class LoginService:
    """Begins and ends logins: but for `refresh`, in the transaction of the request."""

    login: PasswordLogin
    issuer: TokenIssuer

    async def log_in(self, form: LoginForm) -> TokenPair:
        """Begin a login. Raises what `PasswordLogin.verify` raises."""
        return await self.issuer.begin(await self.login.verify(form))

    async def log_out(self, principal: Principal) -> None:
        """End the caller's login, access tokens included."""
        if principal.login_id is not None:
            await self.issuer.tokens.end_family(principal.login_id)
        log.info("logout", user_id=principal.user_id)

    async def log_out_everywhere(self, principal: Principal) -> None:
        """End every login of the caller."""
        user = await self.login.accounts.lock(principal.user_id)
        if user is not None:
            await self.issuer.tokens.end_all(user)
        log.info("logout.everywhere", user_id=principal.user_id)

    async def change_password(self, principal: Principal, change: PasswordChange) -> TokenPair:
        """Change the caller's password and end every login; the caller's goes on in a new one.

        Raises what `PasswordLogin.change_password` raises.
        """
        user = await self.login.change_password(principal.user_id, change)
        await self.issuer.tokens.end_all(user)
        return await self.issuer.begin(user)

    async def refresh(self, secret: str) -> TokenPair:
        """Give a new pair for a refresh token, which is spent. Raises `Unauthenticated`.

        A token that comes twice was stolen from one of the two who sent it: the whole family
        ends. That is stored although the answer is 401, so it cannot be part of the request's
        transaction, which is rolled back then.
        """
        async with self.login.database.session() as session, session.begin():
            issuer = replace(self.issuer, tokens=RefreshTokenRepository(session))
            outcome = await self._exchange(AccountRepository(session), issuer, digest(secret))
        if isinstance(outcome, RefreshToken):
            await self.login.events.record(
                WARNING, "refresh_token.reused", user_id=outcome.user_id, family=outcome.family_id
            )
        if not isinstance(outcome, TokenPair):
            raise Unauthenticated
        return outcome

    async def _exchange(
        self, accounts: AccountRepository, issuer: TokenIssuer, token_hash: str
    ) -> TokenPair | RefreshToken | None:
        """Give the new pair, or the token that came twice, or nothing where it is refused."""
        tokens = issuer.tokens
        token = await tokens.find(token_hash)
        # The user is locked before the token is spent, as by all that ends logins: a family
        # that ends at this moment gets no new member.
        user = await accounts.lock(token.user_id) if token is not None else None
        if token is None or user is None:
            return None
        now = issuer.clock.now()
        is_first = await tokens.spend(token_hash, now=now)
        if is_first and user.is_active and token.expires_at > now:
            return await issuer.issue(user, token.family_id, expires_at=token.expires_at)
        # One that was not to be spent, and is not there, has ended in between.
        was_spent = not is_first and await tokens.find(token_hash) is not None
        await tokens.end_family(token.family_id)
        return token if was_spent else None
