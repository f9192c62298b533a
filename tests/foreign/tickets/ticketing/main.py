from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel
from sqlalchemy import select
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint

from .database import Database, Ticket
from .settings import settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.database = Database(settings.database_url)
    await app.state.database.create_tables()
    yield
    await app.state.database.close()


class SessionPerRequest(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        async with request.app.state.database.make_session() as session:
            request.state.session = session
            response = await call_next(request)
            if response.status_code < 400:
                await session.commit()
            return response


class NewTicket(BaseModel):
    title: str


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    app.add_middleware(SessionPerRequest)

    @app.post("/tickets", status_code=201)
    async def create(new: NewTicket, request: Request) -> dict[str, int]:
        ticket = Ticket(title=new.title)
        request.state.session.add(ticket)
        await request.state.session.flush()
        return {"id": ticket.id}

    @app.post("/tickets/{id}/close")
    async def close(id: int, request: Request) -> dict[str, bool]:
        ticket = await request.state.session.get(Ticket, id)
        if ticket is None:
            async with request.app.state.database.make_session() as session:
                session.add(Ticket(title=f"Somebody asked for {id}"))
                await session.commit()  # whatever becomes of the request
            raise HTTPException(404)
        ticket.is_open = False
        return {"is_open": ticket.is_open}

    @app.get("/tickets")
    async def list_open(request: Request) -> list[str]:
        statement = select(Ticket.title).where(Ticket.is_open).order_by(Ticket.id)
        return list(await request.state.session.scalars(statement))

    return app


app = create_app()
