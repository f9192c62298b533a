"""Request and response models of the routes of tokens."""

from typing import Annotated, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, Field, SecretStr, model_validator

from ...core.types import RequestBody


class RefreshRequest(RequestBody):
    """A refresh token, to be exchanged for a new pair."""

    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=128)]
    grant_type: Literal["refresh_token"] = "refresh_token"

    @model_validator(mode="before")
    @classmethod
    def read_form(cls, value: object) -> object:
        """Take the form of an OAuth2 client: FastAPI passes on what is not JSON as bytes."""
        if not isinstance(value, bytes):
            return value
        fields = dict(parse_qsl(value.decode(errors="replace"), max_num_fields=20))
        return {name: fields[name] for name in cls.model_fields if name in fields}


class TokenPair(BaseModel):
    """An access token, and the refresh token that is good for one new pair."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int  # seconds that the access token is good
