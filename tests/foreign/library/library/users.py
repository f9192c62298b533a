import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.db import SQLAlchemyUserDatabase
from sqlalchemy.ext.asyncio import AsyncSession

from .db import User, get_session


class UserManager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    pass


class UserRead(schemas.BaseUser[uuid.UUID]):
    pass


class UserCreate(schemas.BaseUserCreate):
    pass


async def get_user_manager(
    session: Annotated[AsyncSession, Depends(get_session)],
) -> AsyncIterator[UserManager]:
    yield UserManager(SQLAlchemyUserDatabase(session, User))


def get_strategy(request: Request) -> JWTStrategy[User, uuid.UUID]:
    return JWTStrategy(request.app.state.settings.secret, lifetime_seconds=3600)


backend = AuthenticationBackend("jwt", BearerTransport("auth/login"), get_strategy)
fastapi_users = FastAPIUsers[User, uuid.UUID](get_user_manager, [backend])
current_user = fastapi_users.current_user(active=True)
