"""Types of what comes in: bounded, and free of characters that no database stores."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

MAX_ID = 2**63 - 1

# No NUL. Nor half of a surrogate pair: only what UTF-8 can write is matched with a pattern.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Email = Annotated[EmailStr, StringConstraints(max_length=254), AfterValidator(str.lower)]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
PathId = Annotated[int, Path(ge=1, le=MAX_ID)]


class RequestBody(BaseModel):
    """What a caller sends: a field that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid")


class ResponseBody(BaseModel):
    """What a caller gets: `model_validate` takes a row."""

    model_config = ConfigDict(from_attributes=True)
