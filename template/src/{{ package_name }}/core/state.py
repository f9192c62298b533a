"""The objects that live as long as the application: its settings, its database, its clock, ..."""

from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar

from starlette.requests import HTTPConnection
from starlette.types import Scope

T = TypeVar("T")


class AppState(dict[type[Any], Any]):
    """What `lifespan.py` opens for one application: `state[Database]` is its `Database`.

    A package finds what it needs by its class, so that nothing has to know all of them.
    """

    def __getitem__(self, kind: type[T]) -> T:
        """Return the object that is kept for this class. Raise `LookupError` if there is none."""
        found: T = super().__getitem__(kind)
        return found

    def __missing__(self, kind: type[Any]) -> NoReturn:
        """Raise `LookupError`."""
        raise LookupError(f"There is no {kind.__name__} in the state: add one in lifespan.py.")


def state_of(scope: Scope) -> AppState:
    """Return the state of the application that serves a request or a WebSocket."""
    try:
        state: AppState = scope["state"]["app"]
    except KeyError:
        raise RuntimeError(
            "The application is served without its lifespan, which opens its database and more. "
            "Servers run it, and so do the fixtures of the tests."
        ) from None
    return state


def from_state(kind: type[T]) -> Callable[[HTTPConnection], Awaitable[T]]:
    """Return a dependency: `ClockDep = Annotated[Clock, Depends(from_state(Clock))]`."""

    async def get(connection: HTTPConnection) -> T:
        return state_of(connection.scope)[kind]

    return get
