"""/api/v1/users/me, and what users may not do about themselves."""

from collections.abc import Callable

import pytest
from httpx2 import AsyncClient

from ..access import Role
from ..credentials import TestUser

ClientAs = Callable[[str], AsyncClient]


@pytest.mark.parametrize("role", Role)
async def test_users_see_who_they_are(
    client_as: ClientAs, test_users: dict[str, TestUser], role: Role
) -> None:
    me = (await client_as(role).get("/api/v1/users/me")).json()
    assert (me["id"], me["role"]) == (test_users[role].id, role)


@pytest.mark.parametrize("role", [Role.WRITER, Role.EDITOR])
async def test_users_cannot_promote_themselves(
    client_as: ClientAs, test_users: dict[str, TestUser], role: Role
) -> None:
    path = f"/api/v1/users/{test_users[role].id}"
    response = await client_as(role).patch(path, json={"role": "admin"})
    assert response.status_code == 403
    assert (await client_as(role).get("/api/v1/users/me")).json()["role"] == role
