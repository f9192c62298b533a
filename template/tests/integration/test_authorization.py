"""Who may call which route: every route of the application, every role.

The table is what tests/resources/ says. A route that is not in it fails tests/declarations/, and
is for administrators until it is.
"""

from dataclasses import replace

import pytest
from httpx2 import AsyncClient, Response

from ..access import Role
from ..application import ROUTES
from ..callers import Caller, Callers
from ..handshakes import OPENED, handshake
from ..resources import access_of
from ..routes import METHODS, Route

CALLED = [route for route in ROUTES.values() if route.method in METHODS]
CLOSED = [route for route in CALLED if not access_of(route).public]
PATHS = {route.path: route for route in CLOSED}
SOCKETS = [route for route in ROUTES.values() if route.method == "WEBSOCKET"]


def with_roles(*, may_call: bool) -> list[object]:
    return [
        pytest.param(route, role, id=f"{route.name}-{role}")
        for route in CLOSED
        for role in Role
        if (role in access_of(route).callers) is may_call
    ]


def assert_problem(response: Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


class TestWithoutCredentials:
    @pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
    async def test_closed_route_returns_401(
        self, callers: Callers, async_client: AsyncClient, route: Route
    ) -> None:
        owner = await callers.log_in(Role.ADMIN)
        nobody = Caller(owner.id, async_client, owner.user)
        response = await nobody.send(route, await callers.example(route, owner))
        assert_problem(response, 401)
        assert response.headers["www-authenticate"]
        assert response.headers["cache-control"] == "no-store"

    async def test_public_route_succeeds(
        self, callers: Callers, isolated_client: AsyncClient
    ) -> None:
        isolated_client.headers["Sec-Fetch-Site"] = "same-origin"  # as a browser says
        for route in CALLED:
            if access_of(route).public:
                owner = await callers.log_in(Role.ADMIN)
                nobody = Caller(owner.id, isolated_client, owner.user)
                response = await nobody.send(route, await callers.example(route, owner))
                assert response.status_code < 400, f"{route.name}: {response.text}"

    @pytest.mark.parametrize("path", PATHS)
    async def test_unknown_method_opens_nothing(
        self, callers: Callers, async_client: AsyncClient, path: str
    ) -> None:
        route = PATHS[path]
        example = await callers.example(route, await callers.log_in(Role.ADMIN))
        known = {other.method for other in CALLED if other.path == path}
        for method in {*METHODS, "OPTIONS", "TRACE"} - known:
            response = await replace(route, method=method).call(async_client, example.values)
            # 401 where another route takes that path, as /users/{user_id} takes /users/me.
            assert response.status_code in (401, 405)


class TestRoles:
    @pytest.mark.parametrize(("route", "role"), with_roles(may_call=False))
    async def test_other_role_returns_403(self, callers: Callers, route: Route, role: Role) -> None:
        """Also where the row does not exist: that is not theirs to know."""
        caller, owner = await callers.log_in(role), await callers.log_in(Role.ADMIN)
        examples = await callers.example(route, owner), await callers.missing(route, owner)
        for example in examples:
            assert_problem(await caller.send(route, example), 403)

    @pytest.mark.parametrize(("route", "role"), with_roles(may_call=True))
    async def test_caller_succeeds(self, callers: Callers, route: Route, role: Role) -> None:
        """On the row of somebody else, unless that is closed to the role."""
        caller, other = await callers.log_in(role), await callers.log_in(role)
        owner = other if access_of(route).sees_all(role) else caller
        response = await caller.send(route, await callers.example(route, owner))
        assert response.status_code < 400, f"{route.place}: {response.text}"


@pytest.mark.parametrize("route", SOCKETS, ids=lambda route: route.name)
class TestSockets:
    async def test_socket_without_credential_opens_only_if_public(
        self, callers: Callers, route: Route
    ) -> None:
        example = await callers.example(route, await callers.log_in(Role.ADMIN))
        nobody = callers.service.client()
        status = await handshake(callers.service, nobody, route.url(example.values))
        assert status == (OPENED if access_of(route).public else 401)

    @pytest.mark.parametrize("role", Role)
    async def test_socket_opens_for_its_callers(
        self, callers: Callers, route: Route, role: Role
    ) -> None:
        access = access_of(route)
        caller, other = await callers.log_in(role), await callers.log_in(role)
        for owner in (caller, other):
            may_see = owner is caller or access.sees_all(role)
            expected = 403 if role not in access.callers else OPENED if may_see else 404
            example = await callers.example(route, owner)
            url = route.url(example.values)
            assert await handshake(callers.service, caller.client, url) == expected
