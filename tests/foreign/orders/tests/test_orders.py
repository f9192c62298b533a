from fastapi.testclient import TestClient


def test_health(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}


def test_create_order(client: TestClient, token: str) -> None:
    response = client.post(
        "/orders",
        json={"item": "tea", "quantity": 2},
        headers={"Authorization": f"Bearer {token}"},
    )

    assert response.status_code == 201


def test_list_orders(client: TestClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    client.post("/orders", json={"item": "tea", "quantity": 2}, headers=headers)

    response = client.get("/orders", headers=headers)

    assert [order["item"] for order in response.json()] == ["tea"]
