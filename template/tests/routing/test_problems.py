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


def test_a_path_that_does_not_exist(client: TestClient) -> None:
    """S18"""
    response = client.get("/api/v1/nothing")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem.pop("request_id") == response.headers["x-request-id"]
    assert problem == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_a_method_that_does_not_exist(client: TestClient) -> None:
    """S18"""
    response = client.put("/health/live")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert response.json()["status"] == 405


def test_a_method_that_does_not_exist_is_told_those_that_do(client: TestClient) -> None:
    """All of the path, not only those of the route that was declared first."""
    response = client.put("/api/v1/users/1")
    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, PATCH"


@pytest.mark.parametrize("path", ["/health/live", "/api/v1/nothing", "/openapi.json"])
def test_every_answer_has_the_security_headers(client: TestClient, path: str) -> None:
    """S21"""
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_the_docs_page_may_load_its_scripts(client: TestClient) -> None:
    """S21"""
    response = client.get("/docs")
    assert response.status_code == 200
    assert "content-security-policy" not in response.headers


def test_no_other_site_may_read_the_answers(client: TestClient) -> None:
    """S22"""
    response = client.get("/health/live", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in response.headers


def test_a_request_id_of_the_caller_is_kept(client: TestClient) -> None:
    """S26"""
    response = client.get("/health/live", headers={"X-Request-ID": "trace-1.a_B"})
    assert response.headers["x-request-id"] == "trace-1.a_B"


@pytest.mark.parametrize("request_id", ["", "a" * 65, "with space", 'quote"', "semi;colon"])
def test_a_request_id_that_could_do_harm_is_replaced(client: TestClient, request_id: str) -> None:
    """S26"""
    answered = client.get("/health/live", headers={"X-Request-ID": request_id})
    assert answered.headers["x-request-id"] not in ("", request_id)
    assert len(answered.headers["x-request-id"]) == 32


def test_a_body_that_is_too_large_is_not_read(client: TestClient) -> None:
    """S12"""
    response = client.post("/api/v1/users", content=b"x" * 1_100_000)
    assert_too_large(response)


def test_a_body_that_grows_too_large_is_not_read_on(client: TestClient) -> None:
    """S13, R31"""
    chunks = (b"x" * 100_000 for _ in range(11))
    assert_too_large(client.post("/api/v1/users", content=chunks))


def assert_too_large(response: Response) -> None:
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["connection"] == "close"
