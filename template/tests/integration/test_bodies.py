"""Request bodies that are not what the route accepts."""

import pytest
from httpx2 import AsyncClient

from ..notes import NOTES

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "content",
    [rb'{"title": "\ud800"}', b'{"title": ', b"\xff", b"[" * 100_000],
    ids=["half a surrogate pair", "half an object", "not UTF-8", "deeply nested"],
)
async def test_malformed_json_returns_400_or_422(caller: AsyncClient, content: bytes) -> None:
    response = await caller.post(NOTES, content=content, headers=JSON)
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


async def test_json_sent_as_text_is_refused(caller: AsyncClient) -> None:
    headers = {"Content-Type": "text/plain"}
    response = await caller.post(NOTES, content=b'{"title": "a"}', headers=headers)
    assert response.status_code in (415, 422)


@pytest.mark.parametrize("field", ["id", "owner_id", "version", "created_at"])
async def test_unknown_field_returns_422(caller: AsyncClient, field: str) -> None:
    response = await caller.post(NOTES, json={"title": "a", field: 1})
    assert response.status_code == 422
    assert response.json()["errors"][0]["loc"] == ["body", field]
