"""Liveness needs nothing."""

from fastapi.testclient import TestClient


def test_live_asks_no_database(client: TestClient) -> None:
    response = client.get("/health/live")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
