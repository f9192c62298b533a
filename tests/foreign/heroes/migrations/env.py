import asyncio

from alembic import context
from app.db import async_engine
from sqlmodel import SQLModel


def run(connection):
    context.configure(connection=connection, target_metadata=SQLModel.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def run_online():
    async with async_engine.connect() as connection:
        await connection.run_sync(run)


asyncio.run(run_online())
