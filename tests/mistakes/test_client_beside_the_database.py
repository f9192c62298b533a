"""TestClient acts, and a session of the tests looks at what it did.

Says: is a plain `def` and asks for db_session
"""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.testclient import TestClient


def test_two_loops(client: TestClient, db_session: AsyncSession) -> None:
    """Mix the loop of TestClient with that of the session."""
    client.post("/api/v1/documents", json={"title": "A title"})
