"""A row for the mistakes and the tests of the kit that need one."""

from datetime import UTC, datetime
from typing import Any

from my_service.users.models import User


def a_user() -> User:
    """Return a new user, whatever columns it has in this project."""
    values: dict[str, Any] = {"email": "ada@example.com", "name": "Ada", "is_active": True}
    values |= {"role": "writer", "token_version": 0, "created_at": datetime.now(UTC)}
    return User(**{name: value for name, value in values.items() if hasattr(User, name)})
