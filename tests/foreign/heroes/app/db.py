import os
from collections.abc import AsyncGenerator

from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

async_engine = create_async_engine(os.getenv("DATABASE_URL", "sqlite+aiosqlite:///./heroes.db"))


@event.listens_for(async_engine.sync_engine, "connect")
def enforce_foreign_keys(connection, record):
    connection.execute("PRAGMA foreign_keys = ON")


async def get_session() -> AsyncGenerator[AsyncSession]:
    async with AsyncSession(async_engine) as session:
        yield session
