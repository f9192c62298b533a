"""A session is not closed.

Says: A session was left open: tests/mistakes/test_session_left_open.py
"""

from typing import Any

from sqlalchemy import text


async def test_session_stays_open(service: Any) -> None:
    """Open a session without a block."""
    session = service.database.session()
    await session.execute(text("SELECT 1"))
