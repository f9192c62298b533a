"""A handler of the service blocks the event loop.

Says: Code of the service blocked the event loop.
"""

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from my_service.mistakes.blocking_call import report


async def test_handler_that_sleeps() -> None:
    """Call a handler that sleeps."""
    app = FastAPI()
    app.add_api_route("/report", report)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/report")).json() == "done"
