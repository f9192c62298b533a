from app.models import Hero

KEY = {"X-Key": "sesame"}


async def test_create_hero(async_client, db_session):
    response = await async_client.post("/heroes", json={"name": "Ada"}, headers=KEY)

    assert response.status_code == 200
    assert (await db_session.get(Hero, response.json()["id"])).name == "Ada"


async def test_key_is_needed(async_client):
    assert (await async_client.post("/heroes", json={"name": "Ada"})).status_code == 401


async def test_list_heroes(async_client, db_session):
    hero = Hero(name="Grace")
    db_session.add(hero)

    response = await async_client.get("/heroes")

    assert response.json() == [{"id": hero.id, "name": "Grace", "team_id": None}]


async def test_team_exists(async_client):
    response = await async_client.post("/heroes", json={"name": "Ada", "team_id": 9}, headers=KEY)

    assert response.status_code == 404


async def test_list_is_empty(async_client):
    assert (await async_client.get("/heroes")).json() == []


async def test_hero_stays(isolated_client, isolated_db_session):
    await isolated_client.post("/heroes", json={"name": "Ada"}, headers=KEY)

    assert (await isolated_db_session.get_one(Hero, 1)).name == "Ada"
