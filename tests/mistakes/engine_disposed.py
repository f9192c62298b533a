"""The engine of the application is disposed of.

Says: disposed of the engine that all tests share.
"""

from typing import Any


async def test_dispose(service: Any) -> None:
    """Close what the lifespan has opened."""
    await service.database.engine.dispose()
