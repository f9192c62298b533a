"""`doctor`."""

from contextlib import aclosing

import typer

from ..db.session import Database
from ..doctor import examine
from ..settings import Settings
from .context import command_settings, run


def doctor() -> None:
    """Show the settings, and check what the service needs. Exit with 1 where something fails."""
    with command_settings() as settings:
        for name, value in settings:
            typer.echo(f"{name.upper()}={value}")
        if not run(_examine(settings)):
            raise typer.Exit(1)


async def _examine(settings: Settings) -> bool:
    healthy = True
    async with aclosing(Database(settings)) as database:
        async for finding in examine(settings, database):
            typer.echo(finding)
            healthy = healthy and finding.ok
    return healthy
