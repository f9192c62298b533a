from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from .config import Settings, get_settings
from .db import Book, User, get_session
from .users import UserCreate, UserRead, backend, current_user, fastapi_users

Session = Annotated[AsyncSession, Depends(get_session)]
CurrentUser = Annotated[User, Depends(current_user)]


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or get_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = create_async_engine(settings.database_url)
        app.state.sessionmaker = async_sessionmaker(app.state.engine, expire_on_commit=False)
        yield
        await app.state.engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.state.settings = settings
    app.include_router(fastapi_users.get_auth_router(backend), prefix="/auth")
    app.include_router(fastapi_users.get_register_router(UserRead, UserCreate), prefix="/auth")

    @app.post("/books/{title}/loan")
    async def borrow(title: str, user: CurrentUser, session: Session) -> dict[str, str]:
        statement = select(Book).where(Book.title == title).with_for_update()
        book = await session.scalar(statement)
        if book is None:
            raise HTTPException(404)
        if book.lent_to is not None:
            raise HTTPException(409)
        book.lent_to = user.email
        await session.commit()
        return {"lent_to": user.email}

    return app
