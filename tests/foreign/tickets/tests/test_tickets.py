import asyncio
import unittest

from fastapi.testclient import TestClient
from sqlalchemy import func, select
from ticketing.database import Ticket
from ticketing.main import create_app
from ticketing.settings import settings


class TicketsTest(unittest.TestCase):
    def setUp(self):
        settings.database_url = "sqlite+aiosqlite:///test-tickets.db"
        self.app = create_app()
        self.client = TestClient(self.app)
        self.client.__enter__()

    def tearDown(self):
        self.client.__exit__(None, None, None)

    def count(self):
        async def ask():
            async with self.app.state.database.make_session() as session:
                return await session.scalar(select(func.count()).select_from(Ticket))

        return asyncio.run(ask())

    def test_create(self):
        before = self.count()

        response = self.client.post("/tickets", json={"title": "Printer"})

        self.assertEqual(response.status_code, 201)
        self.assertEqual(self.count(), before + 1)

    def test_list_is_empty_at_first(self):
        self.assertEqual(self.client.get("/tickets").json(), [])

    def test_close(self):
        id = self.client.post("/tickets", json={"title": "Printer"}).json()["id"]

        self.assertEqual(self.client.post(f"/tickets/{id}/close").status_code, 200)
