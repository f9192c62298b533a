from fastapi.testclient import TestClient


def test_sign_up(client: TestClient) -> None:
    response = client.post("/users", json={"email": "bob@example.com"})

    assert response.status_code == 201


def test_address_is_taken(client: TestClient) -> None:
    client.post("/users", json={"email": "eve@example.com"})

    assert client.post("/users", json={"email": "eve@example.com"}).status_code == 409
