"""A task goes on with the connection of a session that has ended.

Says: used a connection after the session that it belongs to had ended.
"""

from typing import Any

from sqlalchemy import text


async def test_connection_of_a_session(service: Any) -> None:
    """Keep the connection longer than its session."""
    async with service.database.session() as session:
        connection = await session.connection()
    await connection.execute(text("SELECT 1"))
