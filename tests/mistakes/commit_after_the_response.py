"""A dependency commits after `yield`, in the default scope: the response is gone by then.

Says: An error came after the response had begun, so the client was told of success.
"""

from collections.abc import AsyncIterator

from fastapi import Depends, FastAPI
from httpx2 import ASGITransport, AsyncClient
from starlette.exceptions import HTTPException


async def unit_of_work() -> AsyncIterator[None]:
    """Fail to commit."""
    yield
    raise HTTPException(409)


async def test_late_commit() -> None:
    """Store what cannot be stored."""
    app = FastAPI()

    @app.post("/orders", dependencies=[Depends(unit_of_work)], status_code=201)
    async def create() -> None:
        pass

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.post("/orders")).status_code == 409
