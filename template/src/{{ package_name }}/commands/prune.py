"""`prune`: the audit log without its old entries."""

import asyncio
import json
from collections.abc import Collection
from datetime import datetime, timedelta

import typer

from ..audit.models import AuditLog
from ..audit.repository import AuditLogRepository
from ..core.clock import Clock
from ..db.session import Database
from ..settings import Settings
from .context import command_settings, run
from .database import command_database

PAUSE_SECONDS = 0.02  # in which others may write


def prune(days: int, actions: Collection[str]) -> None:
    """Remove the entries that are older than so many days."""
    with command_settings() as settings:
        number = run(_prune(settings, Clock().now() - timedelta(days=days), actions))
    typer.echo(f"Removed {number} entries.")


async def _prune(settings: Settings, before: datetime, actions: Collection[str]) -> int:
    async with command_database(settings, "prune") as database:
        async with database.session() as session, session.begin():  # before anything is gone
            what = {"before": [None, before.isoformat()], "actions": [None, sorted(actions)]}
            session.add(AuditLog(action="prune", table_name="audit_logs", changes=json.dumps(what)))
        return await remove_entries(database, before, actions)


async def remove_entries(database: Database, before: datetime, actions: Collection[str]) -> int:
    """Remove entries of before a time, in short transactions; return how many there were."""
    removed, since = 0, None
    while True:
        async with database.session() as session, session.begin():
            entries = AuditLogRepository(session)
            times = await entries.delete_portion(before=before, since=since, actions=actions)
        if not times:
            return removed
        removed, since = removed + len(times), times[-1]
        await asyncio.sleep(PAUSE_SECONDS)
