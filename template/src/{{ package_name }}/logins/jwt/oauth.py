"""Errors as OAuth2 clients read them (RFC 6749): members beside those of the problem."""

_ERRORS = {401: "invalid_grant", 429: "temporarily_unavailable"}
SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "enum": ["invalid_request", *_ERRORS.values()]},
        "error_description": {"type": "string"},
    },
}


def oauth_error(status: int, detail: str) -> dict[str, str]:
    """Return the members that say what is wrong. Without them a client may take it for a token."""
    error = _ERRORS.get(status, "invalid_request")
    return {"error": error, "error_description": detail}
