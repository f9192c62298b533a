"""What can be done with API keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from ..auth.principal import Principal
from ..auth.secret import digest
from ..core.clock import Clock
from ..core.errors import Conflict, Forbidden, NotFound, Unprocessable
from ..core.pagination import Paging, Rows
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

        Raise `Unprocessable` for a scope that is not known, `Forbidden` where the key would be
        wider than the key that asks for it, and `Conflict` where the user has too many keys.
        """
        _require_known(new.scopes, known_scopes)
        now = self.clock.now()
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
        if by is not None and by.key_id is not None:
            await self._require_narrower(row, by.key_id)
        await self.keys.add(row)
        log.info("api_key.created", key_id=row.id, owner_id=owner_id, scopes=row.scopes)
        return row, key.text

    async def page(self, paging: Paging, *, owner_id: int | None) -> Rows[ApiKey]:
        """Give one page of the keys of a user, or of everybody, newest first."""
        return await self.keys.page(paging, owner_id=owner_id)

    async def revoke(self, key_id: int, *, owner_id: int | None) -> None:
        """End a key, from the next request on. Raises `NotFound`."""
        key = await self.keys.get(key_id, owner_id=owner_id)
        if key is None:
            raise NotFound
        if key.revoked_at is None:
            key.revoked_at = self.clock.now()
            await self.keys.save()
            log.info("api_key.revoked", key_id=key.id, owner_id=key.user_id)

    async def _require_narrower(self, new: ApiKey, parent_id: int) -> None:
        """A key that leaks must not live on in a key with more scopes or a later end."""
        parent = await self.keys.get(parent_id, owner_id=None)
        if parent is None:
            raise Forbidden
        if parent.scope_set is not None and not (
            new.scope_set is not None and new.scope_set <= parent.scope_set
        ):
            raise Forbidden(f"A key with the scopes {parent.scopes} cannot make a wider one.")
        if parent.expires_at is not None and (
            new.expires_at is None or new.expires_at > parent.expires_at
        ):
            raise Forbidden("A key that expires cannot make one that lasts longer.")


def _require_known(scopes: Iterable[str], known: frozenset[str]) -> None:
    if unknown := sorted(set(scopes) - known):
        there_are = ", ".join(sorted(known))
        raise Unprocessable(f"Unknown scopes: {', '.join(unknown)}. There are: {there_are}.")
