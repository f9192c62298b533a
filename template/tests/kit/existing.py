"""For the adapter of a service that exists: what its modules make at import leads to the tests.

The code of the service stays as it is.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from .adapter import SessionMaker
from .guards.connections import redirect
from .guards.loops import own_loop_allowed

__all__ = ["Login", "Sessions", "redirect", "upgrade_with_alembic"]


@dataclass
class Sessions:
    """An engine and what makes sessions on it, where the service has no object for both."""

    engine: AsyncEngine
    session_makers: Sequence[SessionMaker]


@dataclass
class Login:
    """What a client sends to say who it is."""

    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)


async def upgrade_with_alembic(ini: Path, database_url: str, **options: str) -> None:
    """Run `alembic upgrade head`; an env.py of either kind finds the URL in its configuration.

    One that takes it from the settings of the service instead needs them changed before.
    """
    with own_loop_allowed(), _logging_kept():
        await asyncio.to_thread(_upgrade, ini, {"sqlalchemy.url": database_url, **options})


def _upgrade(ini: Path, options: dict[str, Any]) -> None:
    from alembic import command  # not every service has it
    from alembic.config import Config

    config = Config(ini)
    for name, value in options.items():
        config.set_main_option(name, value.replace("%", "%%"))
    command.upgrade(config, "head")


@contextmanager
def _logging_kept() -> Iterator[None]:
    """Undo what `fileConfig()` of an env.py does: it silences loggers, and pytest's handlers."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    loggers = [one for one in root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    enabled = [one for one in loggers if not one.disabled]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for one in enabled:
            one.disabled = False
