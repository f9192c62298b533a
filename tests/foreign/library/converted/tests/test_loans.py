import asyncio

from library.db import Book


async def test_register(async_client, password):
    response = await async_client.post(
        "/auth/register", json={"email": "ann@example.com", "password": password}
    )

    assert response.status_code == 201


async def test_login(async_client, password):
    login = {"username": "ann@example.com", "password": password}
    account = {"email": login["username"], "password": password}
    await async_client.post("/auth/register", json=account)

    response = await async_client.post("/auth/login", data=login)

    assert response.json()["token_type"] == "bearer"


async def test_borrow(client_as, db_session):
    db_session.add(Book(title="Emma"))

    response = await client_as("reader").post("/books/Emma/loan")

    assert response.json() == {"lent_to": "ann@example.com"}
    assert (await db_session.get_one(Book, 1)).lent_to == "ann@example.com"


async def test_one_of_two_borrows_it(isolated_client, isolated_db_session, client_as):
    isolated_db_session.add(Book(title="Emma"))
    await isolated_db_session.commit()
    reader = client_as("reader")

    answers = await asyncio.gather(*(reader.post("/books/Emma/loan") for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
