"""A fixture holds a task group open over its `yield`.

Says: A task group was left in another task than it was entered in.
"""

from collections.abc import AsyncIterator

import anyio
import pytest
from anyio.abc import TaskGroup


@pytest.fixture
async def background() -> AsyncIterator[TaskGroup]:
    """Return a task group."""
    async with anyio.create_task_group() as group:
        yield group


async def test_work_in_the_background(background: TaskGroup) -> None:
    """Start something in the group."""
    background.start_soon(anyio.sleep, 0)
