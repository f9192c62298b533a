"""WebSockets and answers without an end are tested on every tier, with the same words."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from fastapi import BackgroundTasks, WebSocket
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient
from my_service.auth.dependencies import CurrentPrincipal
from my_service.db.session import DatabaseDep, SessionDep
from my_service.users.models import User
from sqlalchemy import func, select
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ..kit.clients import Socket
from ..kit.refusal import expect_refusal
from ..kit.service import ServiceUnderTest
from .rows import a_user

Connect = Callable[..., AbstractAsyncContextManager[Socket]]
every_tier = pytest.mark.parametrize("name", ["async_client", "isolated_client", "live_client"])
COUNT = select(func.count()).select_from(User)


@pytest.fixture
def anybody(request: pytest.FixtureRequest, name: str) -> AsyncClient:
    """The client of a tier."""
    client: AsyncClient = request.getfixturevalue(name)
    return client


@every_tier
async def test_socket_shares_login_and_database_of_its_tier(
    anybody: AsyncClient,
    service: ServiceUnderTest,
    websocket: Connect,
    client_as: Callable[[str], AsyncClient],
) -> None:
    @service.app.websocket("/names")
    async def names(websocket: WebSocket, principal: CurrentPrincipal, session: SessionDep) -> None:
        await websocket.accept()
        user = await session.get_one(User, principal.user_id)
        async for name in websocket.iter_text():
            user.name = name
            await session.flush()
            await websocket.send_json({"user": user.id, "name": user.name})

    async with websocket(client_as("writer"), "/names") as socket:
        await socket.send("Grace")
        answer = json.loads(await socket.recv())
        async with service.database.session() as session:
            assert (await session.get_one(User, answer["user"])).name == "Grace"
    with pytest.raises(InvalidStatus) as refused:
        async with websocket(anybody, "/names"):
            pass
    assert refused.value.response.status_code == 401


@every_tier
async def test_socket_says_why_it_was_closed(
    anybody: AsyncClient, service: ServiceUnderTest, websocket: Connect
) -> None:
    @service.app.websocket("/closes")
    async def closes(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_bytes(b"bytes")
        await websocket.close(4000, "over")

    async with websocket(anybody, "/closes") as socket:
        assert await socket.recv() == b"bytes"
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4000, "over")


@every_tier
async def test_stream_without_an_end_ends_when_the_test_leaves_it(
    anybody: AsyncClient, service: ServiceUnderTest
) -> None:
    ended = asyncio.Event()

    @service.app.get("/events")
    async def events() -> StreamingResponse:
        async def ticks() -> AsyncIterator[str]:
            try:
                while True:
                    yield "data: tick\n\n"
                    await asyncio.sleep(0.001)
            finally:
                ended.set()

        return StreamingResponse(ticks(), media_type="text/event-stream")

    async with anybody.stream("GET", "/events") as response:
        lines = response.aiter_lines()
        assert [await anext(lines) for _ in range(3)] == ["data: tick", "", "data: tick"]
        assert (await anybody.get("/health/live")).status_code == 200
    await asyncio.wait_for(ended.wait(), 2)


@every_tier
async def test_stream_shows_what_another_request_wrote(
    anybody: AsyncClient, service: ServiceUnderTest
) -> None:
    written = asyncio.Event()

    @service.app.get("/users")
    async def users(database: DatabaseDep) -> StreamingResponse:
        async def numbers() -> AsyncIterator[str]:
            while True:
                async with database.session() as session:
                    number = await session.scalar(COUNT)
                yield f"{number}\n"
                await written.wait()
                written.clear()

        return StreamingResponse(numbers())

    @service.app.post("/users")
    async def add(session: SessionDep) -> None:
        session.add(a_user())

    async with anybody.stream("GET", "/users") as response:
        lines = response.aiter_lines()
        assert await anext(lines) == "0"
        assert (await anybody.post("/users")).status_code == 200
        written.set()
        assert await anext(lines) == "1"


@every_tier
async def test_background_task_is_done_when_the_answer_is(
    anybody: AsyncClient, service: ServiceUnderTest, name: str
) -> None:
    done: list[str] = []
    answered, ended = asyncio.Event(), asyncio.Event()
    if name != "live_client":  # a server answers first, and works afterwards
        answered.set()

    @service.app.post("/later")
    async def later(tasks: BackgroundTasks) -> None:
        async def work() -> None:
            await answered.wait()
            await asyncio.sleep(0.01)
            done.append("work")
            ended.set()

        tasks.add_task(work)

    await anybody.post("/later")
    assert done == ([] if name == "live_client" else ["work"])
    answered.set()
    await asyncio.wait_for(ended.wait(), 2)


async def test_cancelled_request_is_cancelled_in_the_service(
    service: ServiceUnderTest, async_client: AsyncClient
) -> None:
    cancelled = asyncio.Event()

    @service.app.get("/slow")
    async def slow() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(async_client.get("/slow"), 0.05)
    assert cancelled.is_set()


async def test_exception_after_the_answer_has_begun_is_raised(
    service: ServiceUnderTest, async_client: AsyncClient
) -> None:
    @service.app.get("/broken")
    async def broken() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield "one\n"
            raise RuntimeError("in the middle")

        return StreamingResponse(lines())

    async with async_client.stream("GET", "/broken") as response:
        assert response.status_code == 200
        with pytest.raises(RuntimeError, match="in the middle"):
            await response.aread()


async def test_transactions_of_two_requests_do_not_overlap(
    service: ServiceUnderTest, async_client: AsyncClient
) -> None:
    go_on = asyncio.Event()

    @service.app.get("/open")
    async def open_one(database: DatabaseDep) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            async with database.session() as session:
                yield f"{await session.scalar(COUNT)}\n"
                await go_on.wait()

        return StreamingResponse(lines())

    @service.app.get("/other")
    async def other(session: SessionDep) -> int:
        return await session.scalar(COUNT) or 0

    async with async_client.stream("GET", "/open") as response:
        await anext(response.aiter_lines())
        with expect_refusal("GET /other was sent while GET /open was still"):
            await async_client.get("/other")
        go_on.set()
