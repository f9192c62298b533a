"""For the adapter of a service that exists: what its modules make at import leads to the tests.

The code of the service stays as it is.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from sqlalchemy import NullPool
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


async def upgrade_with_alembic(
    ini: Path, database_url: str, *, engine: AsyncEngine | None = None
) -> None:
    """Run `alembic upgrade head`; an env.py of either kind finds the URL in its configuration.

    One that uses the engine of the service needs that here. One that takes the URL from the
    settings of the service needs them changed before.
    """
    with ExitStack() as stack:
        stack.enter_context(own_loop_allowed())
        stack.enter_context(_logging_kept())
        if engine:
            redirect(engine, database_url)
            stack.enter_context(_without_pool(engine))
        await asyncio.to_thread(_upgrade, ini, database_url)


def _upgrade(ini: Path, database_url: str) -> None:
    command = import_module("alembic.command")  # not every service has it
    config = import_module("alembic.config").Config(ini)
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    command.upgrade(config, "head")


@contextmanager
def _without_pool(engine: AsyncEngine) -> Iterator[None]:
    """Close the connections of an engine at once: the loop that they are used in will end."""
    own = engine.sync_engine
    pool = own.pool
    own.pool = NullPool(pool._creator, dialect=own.dialect, _dispatch=pool.dispatch)
    try:
        yield
    finally:
        own.pool = pool


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
