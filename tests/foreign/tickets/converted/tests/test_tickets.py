import pytest
from sqlalchemy import func, select
from ticketing.database import Ticket


@pytest.fixture
async def ticket(async_client):
    return (await async_client.post("/tickets", json={"title": "Printer"})).json()["id"]


async def test_create(async_client, db_session):
    response = await async_client.post("/tickets", json={"title": "Printer"})

    assert response.status_code == 201
    assert await db_session.scalar(select(func.count()).select_from(Ticket)) == 1


async def test_list_is_empty_at_first(async_client):
    assert (await async_client.get("/tickets")).json() == []


async def test_close(async_client, ticket):
    assert (await async_client.post(f"/tickets/{ticket}/close")).status_code == 200
    assert (await async_client.get("/tickets")).json() == []


async def test_missing_ticket_is_noted(async_client):
    assert (await async_client.post("/tickets/9/close")).status_code == 404
    assert (await async_client.get("/tickets")).json() == ["Somebody asked for 9"]


async def test_create_over_a_socket(live_client):
    await live_client.post("/tickets", json={"title": "Printer"})

    assert (await live_client.get("/tickets")).json() == ["Printer"]
