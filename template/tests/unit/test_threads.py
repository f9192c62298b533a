"""Nothing of a request runs in a thread: each trip there and back costs about a tenth of one.

FastAPI makes that trip for every dependency, endpoint and exception handler that is no coroutine,
a class among them. What has to wait for a file or a computation awaits `asyncio.to_thread` itself.
"""

import inspect
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.routing import iter_route_contexts

from ..application import APP
from ..routes import place_of


def in_threads(app: FastAPI) -> set[str]:
    """Return the places of what FastAPI calls in a thread."""
    called = list(app.exception_handlers.values())
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        called += [] if dependant is None else _calls(dependant)
    return {place_of(function) for function in called if not _is_async(function)}


def _calls(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for dependency in dependant.dependencies:
        yield from _calls(dependency)


def _is_async(function: Any) -> bool:
    function = inspect.unwrap(function)
    if inspect.isclass(function):
        return False
    if not inspect.isroutine(function):
        function = type(function).__call__
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def test_nothing_of_the_service_runs_in_a_thread() -> None:
    assert in_threads(APP) == set()


class Filter:
    """A class as a dependency."""


def sync_dependency() -> None:
    """A dependency that is no coroutine."""


def sync_endpoint(
    one: Annotated[Filter, Depends()], two: Annotated[None, Depends(sync_dependency)]
) -> None:
    """An endpoint that is no coroutine."""


def sync_handler(request: Request, error: Exception) -> Response:
    """An exception handler that is no coroutine."""
    return Response()


def test_functions_that_run_in_a_thread_are_named() -> None:
    handlers: dict[Any, Any] = {KeyError: sync_handler}
    app = FastAPI(exception_handlers=handlers)
    app.get("/sync")(sync_endpoint)
    found = in_threads(app)
    for name in ("Filter", "sync_dependency", "sync_endpoint", "sync_handler"):
        assert any(name in place for place in found)
