"""Another application is called, and nobody has started it.

Says: The application was called and never started: it has no state.
"""

from httpx2 import ASGITransport, AsyncClient
from my_service.main import create_app

from ..adapter import make_settings


async def test_application_that_was_not_started() -> None:
    """Call an application without its lifespan."""
    transport = ASGITransport(create_app(make_settings()))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/health/ready")
