from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from ticketing.database import Base
from ticketing.main import app
from ticketing.settings import settings as service_settings

from .kit.adapter import Adapter, Database
from .kit.existing import Sessions
from .kit.lifespan import Lifespan


class ServiceAdapter(Adapter):
    package = "ticketing"
    no_database_url = "sqlite+aiosqlite:////dev/null/no-database"
    one_application = True

    def create_app(self, database_url: str, **settings: Any) -> FastAPI:
        service_settings.database_url = database_url  # the lifespan reads it
        return app

    def database(self, running: Lifespan) -> Database:
        opened = running.app.state.database
        return Sessions(opened.engine, [opened.make_session])

    async def migrate(self, engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)


adapter = ServiceAdapter()
