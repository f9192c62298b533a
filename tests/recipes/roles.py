"""Try a route with every role

`client_as(role)` is logged in as `admin`, `editor` or `writer`. `async_client` is a stranger.
"""

import pytest


@pytest.mark.parametrize(("role", "status"), [("writer", 403), ("editor", 403), ("admin", 200)])
async def test_only_administrators_list_users(client_as, role, status):
    assert (await client_as(role).get("/api/v1/users")).status_code == status


async def test_strangers_list_no_users(async_client):
    assert (await async_client.get("/api/v1/users")).status_code == 401
