"""All SQL about metrics."""

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ..documents.models import Document
from ..users.models import User

# What is counted, by the name of its field in the response. A new resource may add a line.
TOTALS: dict[str, Select[int]] = {
    "active_users": select(func.count()).select_from(User).where(User.is_active),
    "total_documents": select(func.count()).select_from(Document),
}


async def read_totals(session: AsyncSession) -> dict[str, int]:
    """Return every total, by name."""
    totals = [total.scalar_subquery().label(name) for name, total in TOTALS.items()]
    return dict((await session.execute(select(*totals))).one()._mapping)
