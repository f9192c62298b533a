"""Nothing leaves the process unnoticed, and what the service asks of others is answered."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import AsyncClient
from pytest_httpx2 import HTTPXMock

from ..kit.refusal import expect_refusal
from ..kit.service import ServiceUnderTest

OUTSIDE = "192.0.2.1"  # an address for documentation, which nobody has


async def _connect(address: str) -> None:
    await asyncio.open_connection(address, 80)


async def _connect_in_a_thread(address: str) -> None:
    await asyncio.to_thread(socket.create_connection, (address, 80), 0.1)


async def _send_a_datagram(address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"counter:1|c", 0, (address, 8125))


async def _request(address: str) -> None:
    async with AsyncClient() as client:
        await client.get(f"http://{address}/")


@pytest.mark.parametrize(
    ("way", "address"),
    [
        *((way, OUTSIDE) for way in (_connect, _connect_in_a_thread, _send_a_datagram)),
        *((way, "outside.example") for way in (_connect, _connect_in_a_thread, _request)),
    ],
)
async def test_socket_to_the_outside_is_refused(way: Callable[[str], Any], address: str) -> None:
    with expect_refusal(f"wanted to talk to {address}"):
        await way(address)


async def test_server_that_a_variable_names_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SEARCH_URL", f"http://{OUTSIDE}:9200/index")
    with socket.socket() as sock:
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            sock.connect((OUTSIDE, 9200))


@pytest.mark.parametrize("name", ["async_client", "isolated_client", "live_client"])
async def test_outgoing_answers_on_every_tier(
    service: ServiceUnderTest, outgoing: HTTPXMock, anybody: Any
) -> None:
    @service.app.get("/price")
    async def price() -> float:
        async with AsyncClient() as other:
            return float((await other.get("https://api.example.com/price")).json())

    outgoing.add_response(url="https://api.example.com/price", json=1.5)
    assert (await anybody.get("/price")).json() == 1.5
    assert [call.method for call in outgoing.get_requests()] == ["GET"]


@pytest.fixture
def anybody(request: pytest.FixtureRequest, name: str) -> object:
    """The client of a tier."""
    return request.getfixturevalue(name)
