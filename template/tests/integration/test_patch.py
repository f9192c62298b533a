"""PATCH: what is left out stays, null is a value where the schema says so."""

import pytest
from httpx2 import AsyncClient

from ..notes import NOTES


@pytest.fixture
async def path(caller: AsyncClient) -> str:
    """The path of a note."""
    note = (await caller.post(NOTES, json={"title": "A title", "slug": "a-slug"})).json()
    return f"{NOTES}/{note['id']}"


async def test_null_clears_a_nullable_field(caller: AsyncClient, path: str) -> None:
    response = await caller.patch(path, json={"slug": None})
    assert response.status_code == 200
    after = (await caller.get(path)).json()
    assert (after["title"], after["slug"], after["version"]) == ("A title", None, 2)


async def test_null_in_a_required_field_returns_422(caller: AsyncClient, path: str) -> None:
    response = await caller.patch(path, json={"title": None, "slug": None})
    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["errors"]] == [["body", "title"]]
    assert (await caller.get(path)).json()["slug"] == "a-slug"


@pytest.mark.parametrize("body", [{}, {"title": "A title"}, {"title": "A title", "slug": "a-slug"}])
async def test_patch_without_a_difference_keeps_the_version(
    caller: AsyncClient, path: str, body: dict[str, str]
) -> None:
    before = await caller.get(path)
    response = await caller.patch(path, json=body, headers={"If-Match": before.headers["etag"]})
    assert response.status_code == 200
    assert response.json() == before.json()
    assert (await caller.get(path)).headers["etag"] == before.headers["etag"]
