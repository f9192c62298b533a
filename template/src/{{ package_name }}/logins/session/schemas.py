"""Response models of the routes of sessions."""

from datetime import datetime

from ...core.types import ResponseBody


class SessionRead(ResponseBody):
    """A login as its user sees it."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str | None
    current: bool = False  # the one that asks
