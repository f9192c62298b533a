"""Filters: what a list takes from the query of its URL."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


def from_query(model: type[T]) -> Callable[..., Awaitable[T]]:
    """Return a dependency that makes a `model`, a dataclass, of the query.

    FastAPI would call the class itself in a thread, as it does with everything that is not async.
    """

    async def read(**values: Any) -> T:
        return model(**values)

    vars(read)["__signature__"] = inspect.signature(model)
    return read
