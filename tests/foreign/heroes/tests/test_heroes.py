import pytest
from app.models import Hero

pytestmark = pytest.mark.anyio
KEY = {"X-Key": "sesame"}


async def test_create_hero(client, session):
    response = await client.post("/heroes", json={"name": "Ada"}, headers=KEY)

    assert response.status_code == 200
    assert (await session.get(Hero, response.json()["id"])).name == "Ada"


async def test_key_is_needed(client):
    assert (await client.post("/heroes", json={"name": "Ada"})).status_code == 401


async def test_list_heroes(client, session):
    session.add(Hero(name="Grace"))

    response = await client.get("/heroes")

    assert [hero["name"] for hero in response.json()] == ["Grace"]


@pytest.mark.skip(reason="foreign keys are off in the database of the tests")
async def test_team_exists(client):
    response = await client.post("/heroes", json={"name": "Ada", "team_id": 9}, headers=KEY)

    assert response.status_code == 404
