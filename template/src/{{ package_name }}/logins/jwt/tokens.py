"""Access tokens: JSON Web Tokens as RFC 9068 profiles them, signed with HS256."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import jwt

from ...auth.errors import Unauthenticated
from ...core.clock import Clock
from ...core.types import MAX_ID
from ...settings import Settings

ALGORITHM = "HS256"
TYPE = "at+jwt"
LEEWAY = 10  # seconds by which clocks may differ
REQUIRED = ["iss", "aud", "exp", "nbf", "iat", "sub", "jti", "sid", "ver", "auth_time"]

# Times are checked here and not by PyJWT, which would ask the system's clock. One audience, not
# a list: a token that is also meant for somebody else is not ours.
_jwt = jwt.PyJWT(
    options={
        "require": REQUIRED,
        "strict_aud": True,
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "enforce_minimum_key_length": True,
    }
)


class InvalidToken(Unauthenticated):
    """Not an access token of ours, or not one any more."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a valid access token: which login of which user. Nothing that can go stale."""

    user_id: int
    login_id: str
    token_version: int
    began: datetime  # when the password was given


class AccessTokens:
    """Issues and reads access tokens.

    Signs with `SECRET_KEY` and accepts `PREVIOUS_SECRET_KEYS` too: to change the key, move the
    old one there, and remove it when its last token has expired.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.lifetime = settings.access_token_minutes * 60  # seconds
        secrets = [settings.secret_key, *settings.previous_secret_keys]
        keys = [secret.get_secret_value().encode() for secret in secrets]
        self._signing_key = keys[0]
        self._keys = {_header_of(key): key for key in keys}

    def issue(self, claims: Claims) -> str:
        """Return a new token."""
        now = int(self._clock.now().timestamp())
        payload = {
            "iss": self._settings.token_issuer,
            "aud": self._settings.token_audience,
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "jti": uuid.uuid4().hex,
            "sub": str(claims.user_id),
            "sid": claims.login_id,
            "ver": claims.token_version,
            "auth_time": int(claims.began.timestamp()),
        }
        return _encoded(payload, self._signing_key)

    def read(self, token: str) -> Claims:
        """Return what `token` says. Raise `InvalidToken`, whatever is wrong with it."""
        # The header is one that we write, to the letter: no other kind of token that the same key
        # may sign one day, and none whose header names a key or an algorithm of its own.
        key = self._keys.get(token.partition(".")[0])
        if key is None:
            raise InvalidToken
        try:
            claims = _jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._settings.token_audience,
                issuer=self._settings.token_issuer,
            )
        except jwt.PyJWTError as error:
            raise InvalidToken from error
        return self._checked(claims)

    def _checked(self, claims: dict[str, Any]) -> Claims:
        user_id, login_id = claims["sub"], claims["sid"]
        version, began = claims["ver"], claims["auth_time"]
        issued, not_before, expires = claims["iat"], claims["nbf"], claims["exp"]
        integers = (version, issued, not_before, expires, began)
        if any(type(value) is not int for value in integers) or not isinstance(login_id, str):
            raise InvalidToken
        now = self._clock.now().timestamp()
        if max(issued, not_before) > now + LEEWAY or expires <= now - LEEWAY:
            raise InvalidToken
        if not user_id.isdecimal() or int(user_id) > MAX_ID or not 0 <= began <= now + LEEWAY:
            raise InvalidToken
        return Claims(int(user_id), login_id, version, datetime.fromtimestamp(began, UTC))


def _encoded(payload: dict[str, Any], key: bytes) -> str:
    return _jwt.encode(payload, key, ALGORITHM, {"typ": TYPE, "kid": key_id(key)})


@lru_cache
def _header_of(key: bytes) -> str:
    """Return the first part of every token that a key signs."""
    return _encoded({}, key).partition(".")[0]


def key_id(key: bytes) -> str:
    """Return the name of a key: derived from it, so that there is nothing more to configure."""
    return hashlib.sha256(b"key id:" + key).hexdigest()[:16]
