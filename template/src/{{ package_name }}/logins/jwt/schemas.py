"""What goes in and out of the routes of tokens."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr

from ...core.types import RequestBody


class RefreshRequest(RequestBody):
    """A refresh token, to be exchanged for a new pair."""

    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=128)]


class TokenPair(BaseModel):
    """An access token, and the refresh token that is good for one new pair."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int  # seconds that the access token is good
