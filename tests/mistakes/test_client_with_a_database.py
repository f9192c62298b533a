"""TestClient asks a route that needs the database.

Says: The service asked for the database, and the sync `client` has none.
"""

from starlette.testclient import TestClient


def test_sync_client_and_database(client: TestClient) -> None:
    """Ask for readiness, which asks the database."""
    assert client.get("/health/ready").status_code == 200
