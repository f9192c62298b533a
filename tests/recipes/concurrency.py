"""Requests at the same time

They need a database of their own, on which every request has its own connection and commits are
real: `isolated_client`, `isolated_db` and `isolated_db_session`. `client_as` follows them there.
"""

import asyncio


async def test_one_of_two_updates_wins(isolated_client, client_as):
    writer = client_as("writer")
    created = await writer.post("/api/v1/documents", json={"title": "A title"})
    path, version = f"/api/v1/documents/{created.json()['id']}", created.headers["ETag"]

    answers = await asyncio.gather(
        *(
            writer.patch(path, json={"title": title}, headers={"If-Match": version})
            for title in ("first", "second")
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
