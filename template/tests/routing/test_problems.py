"""Errors are problem details, and headers are strict, before any route is reached."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


def test_unknown_path_returns_404(client: TestClient) -> None:
    response = client.get("/api/v1/nothing")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem.pop("request_id") == response.headers["x-request-id"]
    assert problem == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_unknown_method_returns_405(client: TestClient) -> None:
    response = client.put("/health/live")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert response.json()["status"] == 405


def test_405_names_the_methods_of_the_path(client: TestClient) -> None:
    """All of the path, not only those of the route that was declared first."""
    response = client.put("/api/v1/users/1")
    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, PATCH"


@pytest.mark.parametrize("path", ["/health/live", "/api/v1/nothing", "/openapi.json"])
def test_every_response_has_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_unknown_origin_gets_no_cors_headers(client: TestClient) -> None:
    response = client.get("/health/live", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("request_id", ["trace-1.a_B", "a" * 64])
def test_request_id_of_the_caller_is_kept(client: TestClient, request_id: str) -> None:
    response = client.get("/health/live", headers={"X-Request-ID": request_id})
    assert response.headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", ["", "a" * 65, "with space", 'quote"', "semi;colon"])
def test_harmful_request_id_is_replaced(client: TestClient, request_id: str) -> None:
    answered = client.get("/health/live", headers={"X-Request-ID": request_id})
    assert answered.headers["x-request-id"] not in ("", request_id)
    assert len(answered.headers["x-request-id"]) == 32


def test_too_large_body_returns_413(client: TestClient) -> None:
    response = client.post("/api/v1/users", content=b"x" * 1_100_000)
    assert_too_large(response)


def test_chunked_body_that_grows_too_large_returns_413(client: TestClient) -> None:
    chunks = (b"x" * 100_000 for _ in range(11))
    assert_too_large(client.post("/api/v1/users", content=chunks))


def assert_too_large(response: Response) -> None:
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["connection"] == "close"
