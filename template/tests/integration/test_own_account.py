"""/api/v1/users/me, and what users may not do about themselves."""

import asyncio
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


LAST = [
    pytest.param("PATCH", {"role": "writer"}, id="demote"),
    pytest.param("PATCH", {"is_active": False}, id="deactivate"),
    pytest.param("DELETE", None, id="delete"),
]


@pytest.mark.parametrize(("method", "body"), LAST)
async def test_last_admin_stays(
    client_as: ClientAs, test_users: dict[str, TestUser], method: str, body: object
) -> None:
    """Nobody could make another one."""
    admin, path = client_as("admin"), f"/api/v1/users/{test_users['admin'].id}"
    response = await admin.request(method, path, json=body)
    assert response.status_code == 409
    assert "last administrator" in response.json()["detail"]
    # An inactive one could not, either.
    for is_active, expected in ((False, 409), (True, 204 if method == "DELETE" else 200)):
        other = f"/api/v1/users/{test_users['editor'].id}"
        change = {"role": "admin", "is_active": is_active}
        assert (await admin.patch(other, json=change)).status_code == 200
        response = await admin.request(method, path, json=body)
        assert response.status_code == expected


@pytest.mark.parametrize(("method", "body"), LAST)
async def test_two_last_admins_do_not_remove_each_other(
    client_as: ClientAs,
    isolated_client: AsyncClient,
    test_users: dict[str, TestUser],
    method: str,
    body: object,
) -> None:
    admin, ids = client_as("admin"), [test_users[role].id for role in ("admin", "editor")]
    paths = [f"/api/v1/users/{user_id}" for user_id in ids]
    assert (await admin.patch(paths[1], json={"role": "admin"})).status_code == 200
    answers = await asyncio.gather(*(admin.request(method, path, json=body) for path in paths))
    assert sorted(answer.is_success for answer in answers) == [False, True]
