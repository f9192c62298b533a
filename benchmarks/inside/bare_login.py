"""The login of the bare application: a JSON Web Token, and one look at the user's row."""

import asyncio
from typing import Annotated

import jwt
from bare import Session
from fastapi import Depends, FastAPI, Form, HTTPException
from fastapi.security import OAuth2PasswordBearer
from my_service.users.models import User
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select

KEY = "the-key-of-a-bare-application-0123456789"
# The cost that the service has too.
HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))

bearer = OAuth2PasswordBearer(tokenUrl="login")


def token_of(user_id: int) -> str:
    """Return an access token."""
    return jwt.encode({"sub": str(user_id)}, KEY, "HS256")


async def get_user(session: Session, token: Annotated[str, Depends(bearer)]) -> User:
    """Return the user whom the token names."""
    try:
        claims = jwt.decode(token, KEY, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401) from None
    user = await session.get(User, int(claims["sub"]))
    if user is None or not user.is_active:
        raise HTTPException(401)
    return user


def add_login(app: FastAPI) -> None:
    """Add the route that checks a password."""

    @app.post("/api/v1/auth/login")
    async def log_in(
        session: Session, username: Annotated[str, Form()], password: Annotated[str, Form()]
    ) -> dict[str, str]:
        user = await session.scalar(select(User).where(User.email == username))
        if user is None or user.password_hash is None:
            raise HTTPException(401)
        if not await asyncio.to_thread(HASHER.verify, password, user.password_hash):
            raise HTTPException(401)
        return {"access_token": token_of(user.id), "token_type": "bearer"}
