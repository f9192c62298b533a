"""Entity tags and If-Match (RFC 9110): nobody overwrites a version that they have not read."""

from typing import Annotated

from fastapi import Header

from .errors import PreconditionFailed

IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=100)]


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def require_match(if_match: str | None, version: int) -> None:
    """Raise `PreconditionFailed` if the header is there and names other versions only."""
    if if_match is None:
        return
    accepted = {tag.strip() for tag in if_match.split(",")}
    if not accepted & {"*", etag(version)}:
        raise PreconditionFailed
