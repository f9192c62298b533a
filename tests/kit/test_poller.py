"""A service whose lifespan starts a poller is tested as one without."""

from pathlib import Path

import pytest

from tests import template
from tests.shell import run

POLLER = '''

async def poll(database: Database) -> None:
    """Look for work, again and again."""
    while True:
        async with database.session() as session, session.begin():
            await session.scalar(select(func.count()).select_from(User))
        await asyncio.sleep({seconds})

'''
IMPORTS = "import asyncio\nfrom sqlalchemy import func, select\nfrom .users.models import User\n"
OPENED = "        stack.push_async_callback(database.aclose)\n"
STARTED = """        poller = asyncio.create_task(poll(database))
        stack.callback(poller.cancel)
"""


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_poller_changes_no_result(database: str, tmp_path: Path) -> None:
    """It works in the middle of every test, on another database."""
    project = tmp_path / "project"
    rendered = template.render({"database": database}, project)
    add_poller(rendered.package / "lifespan.py", seconds=0.01)

    run(["uv", "sync", "--quiet"], folder=project).check()
    command = ["uv", "run", "pytest", "-q", "--tb=short", "-n2", "tests/integration", "tests/live"]
    output = run(command, folder=project).check()

    assert " passed in " in output.splitlines()[-1]


def add_poller(lifespan: Path, *, seconds: float) -> None:
    """Write a poller into the lifespan of a service: a task that the shutdown cancels."""
    text = lifespan.read_text(encoding="utf-8")
    docstring, text = text.split("\n\n", 1)
    before, text = text.split("@asynccontextmanager\n", 1)
    assert OPENED in text
    text = text.replace(OPENED, OPENED + STARTED)
    code = POLLER.format(seconds=seconds)
    lifespan.write_text(
        f"{docstring}\n\n{IMPORTS}{before}{code}\n@asynccontextmanager\n{text}", encoding="utf-8"
    )
