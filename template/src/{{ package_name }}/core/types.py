"""Types of what comes in: bounded, and free of characters that no database stores."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

MAX_ID = 2**63 - 1


def _storable(value: str) -> str:
    """Refuse what a database may not store: NUL, and half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("must be text that UTF-8 can write") from None
    if "\x00" in value:
        raise ValueError("must not contain the character NUL")
    return value


# The pattern says the same to readers of the OpenAPI document.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$"), AfterValidator(_storable)]
Email = Annotated[EmailStr, StringConstraints(max_length=254), AfterValidator(str.lower)]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
PathId = Annotated[int, Path(ge=1, le=MAX_ID)]


class RequestBody(BaseModel):
    """What a caller sends: a field that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid")
