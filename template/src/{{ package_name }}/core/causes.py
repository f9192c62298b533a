"""Why another server did not answer: one line for logs and commands, without secrets."""

from .logging import redact_text

LONGEST = 300  # characters


def cause_of(error: BaseException) -> str:
    """Return the code or the type of what failed in the first place, and its words."""
    while behind := getattr(error, "orig", None) or error.__cause__:
        error = behind
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    words = redact_text(" ".join(str(error).split()))
    return f"{code or type(error).__name__}: {words}"[:LONGEST]
