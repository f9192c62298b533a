import os

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient
from library.config import Settings
from library.db import Base
from library.main import create_app
from sqlalchemy import text


@pytest_asyncio.fixture(scope="session")
async def app():
    settings = Settings(database_url=os.environ["TEST_DATABASE_URL"], secret="s" * 32)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        async with app.state.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield app


@pytest_asyncio.fixture
async def client(app):
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client
    async with app.state.engine.begin() as connection:
        await connection.execute(text('TRUNCATE books, "user"'))


@pytest.fixture
def password():
    return "a long enough password"
