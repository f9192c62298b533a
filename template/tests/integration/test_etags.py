"""If-Match: a change is made to the version that its caller has read, or not at all."""

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from ..notes import NOTES, Note


async def test_stale_version_returns_412_and_changes_nothing(
    caller: AsyncClient, db_session: AsyncSession
) -> None:
    created = await caller.post(NOTES, json={"title": "before"})
    path, read = f"{NOTES}/{created.json()['id']}", {"If-Match": created.headers["etag"]}
    assert (await caller.patch(path, json={"title": "first"}, headers=read)).status_code == 200
    assert (await caller.patch(path, json={"title": "second"}, headers=read)).status_code == 412
    note = await db_session.get_one(Note, created.json()["id"])
    assert (note.title, note.version) == ("first", 2)


@pytest.mark.parametrize(
    ("if_match", "status"),
    [('"1"', 200), ("*", 200), ('"7", "1"', 200), ('"7"', 412), ("1", 412), ('W/"1"', 412)],
)
async def test_if_match_is_compared_as_rfc_9110_says(
    caller: AsyncClient, if_match: str, status: int
) -> None:
    """A list names several versions, an asterisk any; a weak tag never matches."""
    note = (await caller.post(NOTES, json={"title": "before"})).json()
    headers = {"If-Match": if_match}
    answer = await caller.patch(f"{NOTES}/{note['id']}", json={"title": "after"}, headers=headers)
    assert answer.status_code == status
