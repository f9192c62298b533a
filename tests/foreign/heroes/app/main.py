from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db import async_engine, get_session
from app.models import Hero, HeroBase


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with async_engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield


app = FastAPI(lifespan=lifespan)
SessionDep = Annotated[AsyncSession, Depends(get_session)]


async def require_key(x_key: Annotated[str | None, Header()] = None) -> None:
    if x_key != "sesame":
        raise HTTPException(401, "No key")


@app.post("/heroes", dependencies=[Depends(require_key)])
async def create_hero(new: HeroBase, session: SessionDep) -> Hero:
    hero = Hero.model_validate(new)
    session.add(hero)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(404, "No such team") from None
    await session.refresh(hero)
    return hero


@app.get("/heroes")
async def list_heroes(session: SessionDep) -> list[Hero]:
    return list(await session.exec(select(Hero)))
