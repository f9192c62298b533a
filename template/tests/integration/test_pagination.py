"""Lists are read in pages: every row once, in order, at the same cost."""

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from ..adapter import FrozenClock
from ..notes import NOTES

TITLES = ["delta", "alpha", "echo", "alpha", "Bravo", "charlie", "foxtrot"]


@pytest.fixture
async def ids(caller: AsyncClient, frozen_clock: FrozenClock) -> list[int]:
    """The ids of seven notes, oldest first: two have one title, two others one time."""
    ids = []
    for title in TITLES:
        if title != "echo":
            frozen_clock.move(timedelta(minutes=1))
        ids.append((await caller.post(NOTES, json={"title": title})).json()["id"])
    return ids


async def walk(caller: AsyncClient, **query: str | int) -> list[int]:
    """Read all pages; return the ids in the order in which they came."""
    seen: list[int] = []
    while True:
        page = (await caller.get(NOTES, params=query)).json()
        seen += [note["id"] for note in page["items"]]
        if page["next_cursor"] is None:
            return seen
        query["cursor"] = page["next_cursor"]


async def test_empty_list_has_no_next_page(caller: AsyncClient) -> None:
    assert (await caller.get(NOTES)).json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("sort", ["created_at", "title"])
async def test_pages_show_every_row_once_and_in_order(
    caller: AsyncClient, ids: list[int], sort: str, limit: int
) -> None:
    ascending = await walk(caller, sort=sort, limit=limit)
    assert ascending == await walk(caller, sort=sort, limit=100)
    assert sorted(ascending) == sorted(ids)
    assert await walk(caller, sort=f"-{sort}", limit=limit) == ascending[::-1]


async def test_rows_are_ordered_by_the_sort_and_then_by_id(
    caller: AsyncClient, ids: list[int]
) -> None:
    assert await walk(caller, sort="created_at") == ids
    by_title = [TITLES[ids.index(number)] for number in await walk(caller, sort="title")]
    lower_case = [title for title in by_title if title != "Bravo"]  # databases differ on that
    assert lower_case == ["alpha", "alpha", "charlie", "delta", "echo", "foxtrot"]


async def test_filter_holds_on_every_page(caller: AsyncClient, ids: list[int]) -> None:
    assert await walk(caller, title="alpha", limit=1) == [ids[1], ids[3]]


async def test_row_created_between_two_pages_moves_no_other(
    caller: AsyncClient, ids: list[int]
) -> None:
    first = (await caller.get(NOTES, params={"sort": "-created_at", "limit": 3})).json()
    await caller.post(NOTES, json={"title": "newer than all"})
    rest = await walk(caller, sort="-created_at", limit=3, cursor=first["next_cursor"])
    assert [note["id"] for note in first["items"]] + rest == ids[::-1]


async def test_full_last_page_has_no_next_page(caller: AsyncClient, ids: list[int]) -> None:
    page = (await caller.get(NOTES, params={"limit": len(ids)})).json()
    assert len(page["items"]) == len(ids)
    assert page["next_cursor"] is None


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_cursor_with_a_time_out_of_range_returns_422(caller: AsyncClient, time: str) -> None:
    """In UTC it would be before the first year, or after the last."""
    cursor = base64.urlsafe_b64encode(json.dumps(["created_at", time, 1]).encode()).decode()
    response = await caller.get(NOTES, params={"cursor": cursor.rstrip("=")})
    assert response.status_code == 422
    assert "cursor" in response.json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "101"},
        {"limit": str(10**30)},
        {"limit": "ten"},
        {"cursor": "tampered"},
        {"cursor": "\x00"},
        {"sort": "name;drop table users"},
        {"sort": "text"},
        {"sort": "--title"},
    ],
    ids=lambda query: "=".join(*query.items()),
)
async def test_invalid_query_returns_422(caller: AsyncClient, query: dict[str, str]) -> None:
    response = await caller.get(NOTES, params=query)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


async def test_statement_count_is_independent_of_page_size(
    caller: AsyncClient,
    ids: list[int],
    count_queries: Callable[[int], AbstractContextManager[list[str]]],
) -> None:
    await caller.get(NOTES)  # the first request may have more to do
    with count_queries(5) as one:
        await caller.get(NOTES, params={"limit": 1})
    with count_queries(len(one)):
        await caller.get(NOTES, params={"limit": len(ids)})
