"""Cookies as they are sent, which FastAPI reads for every route."""

from starlette.types import Scope


def remove_backslashes(scope: Scope) -> None:
    """Take backslashes out of the cookies of a request: none of the service has one.

    To read thousands of them takes seconds where Python lacks the fix of CVE-2024-7592.
    """
    for name, value in scope["headers"]:
        if name == b"cookie" and b"\\" in value:
            scope["headers"] = [
                (name, value.replace(b"\\", b"") if name == b"cookie" else value)
                for name, value in scope["headers"]
            ]
            return
