"""All SQL about the audit log."""

from dataclasses import asdict

from sqlalchemy import select

from ..core.pagination import Paging, Rows, Sort
from ..db.repository import Repository
from .models import AuditLog
from .schemas import AuditFilter

NEWEST_FIRST = Sort(AuditLog, "-at")


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
