"""`migrate`: without the web framework, which a schema has no use for."""

from ..db.migrate import migration_engine, upgrade
from ..models import Base
from ..settings import Settings
from .context import command_settings, run


def migrate() -> None:
    """Migrate the database to the newest schema."""
    with command_settings() as settings:
        run(migrate_database(settings))


async def migrate_database(settings: Settings) -> None:
    """Migrate the database of these settings."""
    async with migration_engine(settings) as engine:
        await upgrade(engine, Base.metadata)
