"""A connection is not closed.

Says: A connection was left open: tests/mistakes/test_connection_left_open.py
"""

from typing import Any


async def test_connection_stays_open(isolated_db: Any) -> None:
    """Take a connection, and do not give it back."""
    await isolated_db.engine.connect()
