from pathlib import Path
from typing import Any

from app.db import async_engine
from app.main import app
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from .kit.adapter import Adapter, Database
from .kit.existing import Sessions, redirect, upgrade_with_alembic
from .kit.lifespan import Lifespan


class ServiceAdapter(Adapter):
    package = "app"
    no_database_url = "sqlite+aiosqlite:////dev/null/no-database"
    one_application = True

    def create_app(self, database_url: str, **settings: Any) -> FastAPI:
        redirect(async_engine, database_url)
        return app

    def database(self, running: Lifespan) -> Database:
        # The service has no session maker: it writes AsyncSession(async_engine).
        return Sessions(async_engine, [AsyncSession])

    async def migrate(self, engine: AsyncEngine) -> None:
        url = engine.url.render_as_string(hide_password=False)
        await upgrade_with_alembic(Path("alembic.ini"), url, engine=async_engine)


adapter = ServiceAdapter()
