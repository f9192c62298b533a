"""The test opens a connection beside its transaction, and would commit for real.

Says: A second connection was asked for while the test runs in one transaction.
"""

from typing import Any

from sqlalchemy import text


async def test_real_commit(service: Any) -> None:
    """Write beside the transaction that is rolled back."""
    async with service.database.engine.begin() as connection:
        await connection.execute(text("UPDATE users SET name = 'Nobody'"))
