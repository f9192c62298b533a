import pytest
from library.db import Book


@pytest.mark.asyncio
async def test_register(client, password):
    response = await client.post(
        "/auth/register", json={"email": "ann@example.com", "password": password}
    )

    assert response.status_code == 201


@pytest.mark.asyncio
async def test_borrow(app, client, password):
    async with app.state.sessionmaker() as session:
        session.add(Book(title="Emma"))
        await session.commit()
    login = {"username": "ann@example.com", "password": password}
    await client.post("/auth/register", json={"email": login["username"], "password": password})
    token = (await client.post("/auth/login", data=login)).json()["access_token"]

    response = await client.post("/books/Emma/loan", headers={"Authorization": f"Bearer {token}"})

    assert response.json() == {"lent_to": "ann@example.com"}
