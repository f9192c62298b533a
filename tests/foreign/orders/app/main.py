import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from .database import Base, engine, get_db
from .models import Order, User


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
Db = Annotated[AsyncSession, Depends(get_db)]
bearer = HTTPBearer()


async def get_current_user(
    db: Db, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
) -> User:
    user = await db.scalar(select(User).where(User.token == credentials.credentials))
    if user is None:
        raise HTTPException(401, "Unknown token")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


class SignUp(BaseModel):
    email: str


class NewOrder(BaseModel):
    item: str
    quantity: int = Field(gt=0)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/users", status_code=201)
async def sign_up(new: SignUp, db: Db) -> dict[str, str]:
    user = User(email=new.email, token=secrets.token_hex(8))
    db.add(user)
    try:
        await db.commit()
    except IntegrityError:
        await db.rollback()
        raise HTTPException(409, "The address is taken") from None
    return {"token": user.token}


@app.post("/orders", status_code=201)
async def create_order(new: NewOrder, user: CurrentUser, db: Db) -> dict[str, int]:
    order = Order(owner_id=user.id, **new.model_dump())
    db.add(order)
    await db.commit()
    return {"id": order.id}


@app.get("/orders")
async def list_orders(user: CurrentUser, db: Db) -> list[dict[str, object]]:
    orders = await db.scalars(select(Order).where(Order.owner_id == user.id).order_by(Order.id))
    return [{"id": order.id, "item": order.item, "quantity": order.quantity} for order in orders]
