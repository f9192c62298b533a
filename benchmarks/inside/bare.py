"""A bare FastAPI + SQLAlchemy application, on the tables of a rendered service.

The same table, the same query and the same login, written as the tutorials write them, without
anything that a service in production needs beside.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from my_service.documents.models import Document
from my_service.users.models import User
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine


class DocumentRead(BaseModel):
    """A document as callers see it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    body: str
    status: str
    owner_id: int
    version: int
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    """A part of a list."""

    items: list[DocumentRead]
    next_cursor: str | None


class DocumentCreate(BaseModel):
    """A new document."""

    title: str
    body: str = ""
    status: str = "draft"
    owner_id: int | None = None


class DocumentUpdate(BaseModel):
    """What changes about a document."""

    title: str | None = None


class Health(BaseModel):
    """The answer of a healthy application."""

    status: str = "ok"


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Yield a session that is committed before the response."""
    async with request.app.state.sessions() as session, session.begin():
        yield session


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def get_nobody() -> None:
    """Return no user: every route is public."""


def create_bare_app(database_url: str, get_user: Callable[..., Any] = get_nobody) -> FastAPI:
    """Return the application; `get_user` is the dependency that returns the caller."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_async_engine(database_url)
        app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    caller = Depends(get_user)

    def visible(user: User | None) -> Select[Document]:
        query = select(Document)
        return query if user is None else query.where(Document.owner_id == user.id)

    async def find(session: AsyncSession, user: User | None, document_id: int) -> Document:
        document = await session.scalar(visible(user).where(Document.id == document_id))
        if document is None:
            raise HTTPException(404)
        return document

    @app.get("/health/live")
    async def health() -> Health:
        return Health()

    @app.get("/api/v1/documents", response_model=Page)
    async def list_documents(
        session: Session, user: User | None = caller, limit: int = 20
    ) -> dict[str, object]:
        query = visible(user).order_by(Document.created_at, Document.id).limit(limit + 1)
        rows = (await session.scalars(query)).all()
        return {"items": rows[:limit], "next_cursor": str(rows[-1].id)}

    @app.get("/api/v1/documents/{document_id}", response_model=DocumentRead)
    async def read_document(
        document_id: int, session: Session, user: User | None = caller
    ) -> Document:
        return await find(session, user, document_id)

    @app.post("/api/v1/documents", status_code=201, response_model=DocumentRead)
    async def create_document(
        body: DocumentCreate, session: Session, user: User | None = caller
    ) -> Document:
        now = datetime.now(UTC)
        values = body.model_dump()
        if user is not None:
            values["owner_id"] = user.id
        document = Document(**values, created_at=now, updated_at=now)
        session.add(document)
        await session.flush()
        return document

    @app.patch("/api/v1/documents/{document_id}", response_model=DocumentRead)
    async def update_document(
        document_id: int, body: DocumentUpdate, session: Session, user: User | None = caller
    ) -> Document:
        document = await find(session, user, document_id)
        for name, value in body.model_dump(exclude_unset=True).items():
            setattr(document, name, value)
        document.updated_at = datetime.now(UTC)
        await session.flush()
        return document

    return app
