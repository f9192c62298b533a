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
        """Give one page of the entries that `wanted` describes, newest first."""
        return await self._page(select(AuditLog), NEWEST_FIRST, paging, **asdict(wanted))
