"""All SQL about the audit log."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from ..core.pagination import Paging, Rows, Sort
from ..db.repository import Repository
from .models import AuditLog
from .schemas import AuditFilter

NEWEST_FIRST = Sort(AuditLog, "-at")
PORTION = 1_000


class AuditLogRepository(Repository[AuditLog]):
    """Finds entries within one session."""

    async def page(self, wanted: AuditFilter, paging: Paging) -> Rows[AuditLog]:
        """Return one page of the entries that `wanted` describes, newest first."""
        equal = asdict(wanted)
        since, until = equal.pop("since"), equal.pop("until")
        statement = select(AuditLog)
        if since is not None:
            statement = statement.where(AuditLog.at >= since)
        if until is not None:
            statement = statement.where(AuditLog.at < until)
        return await self._page(statement, NEWEST_FIRST, paging, **equal)

    async def delete_portion(
        self, *, before: datetime, since: datetime | None, actions: Collection[str]
    ) -> list[datetime]:
        """Remove the oldest entries of before a time, some at once; return their times.

        Only those since another time, and with these actions if there are any.
        """
        old = select(AuditLog.id, AuditLog.at).where(AuditLog.at < before)
        if since is not None:
            old = old.where(AuditLog.at >= since)
        if actions:
            old = old.where(AuditLog.action.in_(actions))
        oldest = old.order_by(AuditLog.at, AuditLog.id).limit(PORTION)
        found = (await self._session.execute(oldest)).all()
        ids = [row.id for row in found]
        await self._session.execute(delete(AuditLog).where(AuditLog.id.in_(ids)))
        return [row.at for row in found]
