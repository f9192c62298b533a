"""The guards of the suite refuse what they are there for."""

import asyncio

from httpx2 import AsyncClient
from my_service.db.engine import create_engine
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.types import Receive, Scope, Send

from ..adapter import adapter, make_settings
from ..kit.refusal import expect_refusal
from ..kit.service import ServiceUnderTest
from ..kit.transaction import OneAtATime


async def test_two_requests_at_once_on_one_connection() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.01)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with AsyncClient(transport=OneAtATime(slow), base_url="http://test") as client:
        with expect_refusal("GET /second was sent while GET /first was still being answered"):
            await asyncio.gather(client.get("/first"), client.get("/second"))
        await asyncio.sleep(0.02)
        assert (await client.get("/third")).status_code == 204


async def test_a_second_connection_in_a_transaction(service: ServiceUnderTest) -> None:
    with expect_refusal("A second connection"):
        await service.database.engine.connect()


async def test_a_database_that_is_somebody_s() -> None:
    """The suite made other ones."""
    engine = create_async_engine(make_url(adapter.no_database_url).set(database="/srv/production"))
    with expect_refusal("is not a database that this suite made"):
        await engine.connect()
    await engine.dispose()


async def test_the_database_that_the_sync_client_has_not() -> None:
    engine = create_engine(make_settings())
    with expect_refusal("the sync `client` has none"):
        await engine.connect()
    await engine.dispose()


async def test_another_event_loop() -> None:
    """asyncio.run(), anyio.run() and TestClient all get theirs from a Runner."""
    with expect_refusal("starts another event loop"):
        await asyncio.to_thread(asyncio.Runner().get_loop)
