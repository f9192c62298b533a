"""What can be done with logins: begin, refresh, end, and change the password behind them."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import WARNING

import structlog

from ...core.clock import Clock
from ...db.session import Database
from ...settings import Settings
from ...users.models import User
from ..errors import Unauthenticated
from ..events import SecurityEvents
from ..login import PasswordLogin
from ..passwords import PasswordHasher
from ..principal import Principal
from ..repository import AccountRepository
from ..secret import digest
from .models import RefreshToken
from .repository import RefreshTokenRepository
from .schemas import TokenPair
from .tokens import AccessTokens, Claims

log = structlog.get_logger("security")


class TokenIssuer:
    """Makes pairs of tokens."""

    def __init__(self, tokens: RefreshTokenRepository, settings: Settings, clock: Clock) -> None:
        self._tokens = tokens
        self._access = AccessTokens(settings, clock)
        self._login_lifetime = timedelta(days=settings.refresh_token_days)
        self._clock = clock

    async def begin(self, user: User) -> TokenPair:
        """Begin a login: a family of its own, with an end that no refresh moves."""
        now = self._clock.now()
        await self._tokens.delete_expired(user.id, now=now)
        return await self.issue(user, uuid.uuid4().hex, expires_at=now + self._login_lifetime)

    async def issue(self, user: User, family_id: str, *, expires_at: datetime) -> TokenPair:
        """Give the next pair of a login."""
        secret = secrets.token_urlsafe(32)  # 256 bits
        await self._tokens.add(
            RefreshToken(
                user_id=user.id,
                family_id=family_id,
                token_hash=digest(secret),
                created_at=self._clock.now(),
                expires_at=expires_at,
            )
        )
        return TokenPair(
            access_token=self._access.issue(Claims(user.id, family_id, user.token_version)),
            refresh_token=secret,
            expires_in=int(self._access.lifetime.total_seconds()),
        )


class LoginService:
    """Begins and ends logins, in the transaction of the request."""

    def __init__(
        self,
        accounts: AccountRepository,
        tokens: RefreshTokenRepository,
        issuer: TokenIssuer,
        login: PasswordLogin,
        passwords: PasswordHasher,
    ) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._issuer = issuer
        self._login = login
        self._passwords = passwords

    async def log_in(self, email: str, password: str, *, address: str) -> TokenPair:
        """Begin a login. Raises what `PasswordLogin.verify` raises."""
        verified = await self._login.verify(email, password, address=address)
        user = await self._login.confirm(self._accounts, verified, password)
        return await self._issuer.begin(user)

    async def log_out(self, principal: Principal) -> None:
        """End the caller's login, access tokens included."""
        if principal.login_id is not None:
            await self._tokens.end_family(principal.login_id)
        log.info("logout", user_id=principal.user_id)

    async def log_out_everywhere(self, principal: Principal) -> None:
        """End every login of the caller."""
        user = await self._accounts.lock(principal.user_id)
        if user is not None:
            await self._tokens.end_all(user)
        log.info("logout.everywhere", user_id=principal.user_id)

    async def change_password(
        self, principal: Principal, current: str, new: str, *, address: str
    ) -> TokenPair:
        """Change the caller's password and end every login; the caller's goes on in a new one.

        Raises what `PasswordLogin.verify_again` and `PasswordHasher.hash_new` raise.
        """
        verified = await self._login.verify_again(principal.user_id, current, address=address)
        new_hash = await self._passwords.hash_new(new, email=verified.email)
        user = await self._login.confirm(self._accounts, verified, current)
        user.password_hash = new_hash
        await self._tokens.end_all(user)
        log.info("password.changed", user_id=user.id, address=address)
        return await self._issuer.begin(user)


@dataclass(frozen=True, slots=True)
class Reused:
    """A refresh token came twice."""

    user_id: int
    family_id: str


class RefreshService:
    """Exchanges refresh tokens, in a transaction of its own.

    A token that comes twice was stolen from one of the two who sent it: the whole family ends.
    That is stored although the answer is 401, so it cannot be part of the request's
    transaction, which is rolled back then.
    """

    def __init__(
        self, database: Database, settings: Settings, clock: Clock, events: SecurityEvents
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._events = events

    async def refresh(self, secret: str) -> TokenPair:
        """Give a new pair for a refresh token, which is spent. Raises `Unauthenticated`."""
        async with self._database.session() as session, session.begin():
            accounts, tokens = AccountRepository(session), RefreshTokenRepository(session)
            outcome = await self._exchange(accounts, tokens, digest(secret))
        if isinstance(outcome, Reused):
            await self._events.record(
                "refresh_token.reused",
                user_id=outcome.user_id,
                level=WARNING,
                family=outcome.family_id,
            )
        if not isinstance(outcome, TokenPair):
            raise Unauthenticated
        return outcome

    async def _exchange(
        self, accounts: AccountRepository, tokens: RefreshTokenRepository, token_hash: str
    ) -> TokenPair | Reused | None:
        token = await tokens.find(token_hash)
        # The user is locked before the token is spent, as by all that ends logins: a family
        # that ends at this moment gets no new member.
        user = await accounts.lock(token.user_id) if token is not None else None
        if token is None or user is None:
            return None
        now = self._clock.now()
        if not await tokens.spend(token_hash, now=now):
            was_spent = await tokens.find(token_hash) is not None  # else it ended in between
            await tokens.end_family(token.family_id)
            return Reused(user.id, token.family_id) if was_spent else None
        if not user.is_active or token.expires_at <= now:
            await tokens.end_family(token.family_id)
            return None
        issuer = TokenIssuer(tokens, self._settings, self._clock)
        return await issuer.issue(user, token.family_id, expires_at=token.expires_at)
