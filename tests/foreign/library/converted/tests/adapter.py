import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from library.config import Settings
from library.db import User
from library.main import create_app
from library.users import get_strategy
from sqlalchemy.ext.asyncio import AsyncEngine

from .kit.adapter import Adapter, Database
from .kit.existing import Login, Sessions, upgrade_with_alembic
from .kit.lifespan import Lifespan
from .kit.service import ServiceUnderTest

SECRET = "a-secret-of-the-tests-0123456789-abcdef"


class ServiceAdapter(Adapter):
    package = "library"
    no_database_url = "postgresql+psycopg://none/no-database"

    def create_app(self, database_url: str, **settings: Any) -> FastAPI:
        return create_app(Settings(database_url=database_url, secret=SECRET, **settings))

    def database(self, running: Lifespan) -> Database:
        state = running.app.state
        return Sessions(state.engine, [state.sessionmaker])

    async def migrate(self, engine: AsyncEngine) -> None:
        url = engine.url.render_as_string(hide_password=False)
        os.environ.update(DATABASE_URL=url, SECRET=SECRET)  # env.py reads the settings
        await upgrade_with_alembic(Path("alembic.ini"), url)
        del os.environ["DATABASE_URL"], os.environ["SECRET"]

    async def users(self, service: ServiceUnderTest) -> Mapping[str, Login]:
        async with service.app.state.sessionmaker() as session:
            user = User(id=uuid4(), email="ann@example.com", hashed_password="none", is_active=True)
            session.add(user)
            await session.commit()
        token = await get_strategy(service).write_token(user)
        return {"reader": Login({"Authorization": f"Bearer {token}"})}


adapter = ServiceAdapter()
