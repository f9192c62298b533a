"""A second application works on the database of the test.

Says: A second connection was asked for while the test runs in one transaction.
"""

from typing import Any

from httpx2 import ASGITransport, AsyncClient

from ..kit.service import run_app


async def test_two_applications(service: Any) -> None:
    """Call another application of the same database."""
    url = service.database.engine.url.render_as_string(hide_password=False)
    async with run_app(url) as app:
        transport = ASGITransport(app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            await client.get("/health/ready")
