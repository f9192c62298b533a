"""A dependency is a plain function.

Says: FastAPI runs my_service.mistakes.plain_dependency.page_size, a plain `def`, in a thread
"""

from typing import Annotated, Any

import pytest
from fastapi import Depends
from httpx2 import AsyncClient
from my_service.mistakes.plain_dependency import page_size


@pytest.mark.filterwarnings("error::tests.kit.advice.RunsInThread")
async def test_dependency_in_a_thread(service: Any, async_client: AsyncClient) -> None:
    """Ask for what needs no thread."""

    @service.app.get("/pages")
    async def pages(size: Annotated[int, Depends(page_size)]) -> int:
        return size

    assert (await async_client.get("/pages")).json() == 20
