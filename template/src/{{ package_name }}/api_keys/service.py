"""Operations on API keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from ..auth.principal import Principal, Role
from ..auth.secret import digest
from ..core.clock import Clock
from ..core.errors import Conflict, NotFound, Unprocessable
from ..core.pagination import Paging, Rows
from ..users.repository import UserRepository
from .format import new_key
from .models import ApiKey
from .repository import ApiKeyRepository
from .schemas import ApiKeyCreate

# Enough to rotate many; a limit, so that a thief cannot hide one among thousands.
MAX_USABLE_KEYS = 50

log = structlog.get_logger("security")


@dataclass(frozen=True, slots=True)
class ApiKeyService:
    """Makes, lists and revokes keys."""

    keys: ApiKeyRepository
    users: UserRepository
    clock: Clock

    async def create(
        self,
        owner_id: int,
        new: ApiKeyCreate,
        *,
        known_scopes: frozenset[str] = frozenset(),
        by: Principal | None = None,
    ) -> tuple[ApiKey, str]:
        """Create a key of the user `owner_id`; return its row and the key, which is shown once.

        Raise `Forbidden` if the caller's credential is limited, `Unprocessable` for a scope that is
        not known, and `Conflict` if the user has too many keys.
        """
        if by is not None:
            by.require_full_access()
        _require_known(new.scopes, known_scopes)
        now = self.clock.now()
        if by is None or by.user_id != owner_id:  # the caller is locked already
            await self.users.lock(owner_id)
        if await self.keys.count_usable(owner_id, now=now) >= MAX_USABLE_KEYS:
            raise Conflict(f"There are {MAX_USABLE_KEYS} keys in use: revoke one first.")
        key = new_key()
        row = ApiKey(
            user_id=owner_id,
            name=new.name,
            public_id=key.public_id,
            secret_hash=digest(key.secret),
            last4=key.text[-4:],
            scopes=" ".join(sorted(set(new.scopes))),
            expires_at=now + timedelta(days=new.expires_in_days) if new.expires_in_days else None,
            created_at=now,
        )
        await self.keys.add(row)
        log.info("api_key.created", key_id=row.id, owner_id=owner_id, scopes=row.scopes)
        return row, key.text

    async def page(
        self, paging: Paging, *, by: Principal, user_id: int | None = None
    ) -> Rows[ApiKey]:
        """Return one page of the keys that the caller may see, newest first."""
        return await self.keys.page(paging, owner_id=_reach(by), user_id=user_id)

    async def revoke(self, key_id: int, *, by: Principal) -> None:
        """End a key, from the next request on.

        Raise `NotFound`, and `Forbidden` if it is somebody else's and the credential is limited.
        """
        key = await self.keys.get(key_id, owner_id=_reach(by))
        if key is None:
            raise NotFound
        if key.user_id != by.user_id:
            by.require_full_access()
        if key.revoked_at is None:
            key.revoked_at = self.clock.now()
            await self.keys.save()
            log.info("api_key.revoked", key_id=key.id, owner_id=key.user_id)


def _reach(caller: Principal) -> int | None:
    """Return whose keys a caller may see: its own, or everybody's if it is an administrator."""
    return None if caller.role is Role.ADMIN else caller.user_id


def _require_known(scopes: Iterable[str], known: frozenset[str]) -> None:
    if unknown := sorted(set(scopes) - known):
        there_are = ", ".join(sorted(known))
        raise Unprocessable(f"Unknown scopes: {', '.join(unknown)}. There are: {there_are}.")
