"""Rows are made once for the tests of a class.

Says: A fixture of a class, module or session asks for one that is made anew for each test.
"""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from .rows import a_user


@pytest.fixture(scope="class")
async def user(db_session: AsyncSession) -> None:
    """Store a user for a whole class."""
    db_session.add(a_user())


class TestUsers:
    """Tests of one user."""

    async def test_user_of_a_class(self, user: None) -> None:
        """Read the user of the class."""
