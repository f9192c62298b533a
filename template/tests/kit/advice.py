"""Warns of what is slow and works: statements in a loop, and plain functions run in threads.

The warnings are shown in pytest's summary. A line `error::tests.kit.advice.NPlusOne` under
filterwarnings, or the mark `filterwarnings`, makes failures of them.
"""

import inspect
import warnings
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from functools import partial
from typing import Any

import fastapi.concurrency
import fastapi.dependencies.utils
import fastapi.routing
import pytest
import starlette._exception_handler
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, Session

from . import origin

REPEATS = 3  # of one statement from one line, in one request


class NPlusOne(UserWarning):
    """A request sends a statement again and again, instead of one for all rows."""


class RunsInThread(UserWarning):
    """FastAPI runs a plain function in a thread, which costs more than the function."""


_session: ContextVar[object] = ContextVar("session", default=None)
_statements: Counter[tuple[origin.Request, object, str, str]] = Counter()
"""How often a request has sent a statement from a line, in one session."""

_relationships: dict[str, str] = {}
"""The relationship that a line loads."""

_in_threads: dict[str, bool] = {}
"""What is to be said of functions that ran in a thread, and whether it has been said."""


@pytest.fixture(autouse=True)
def _advice() -> Iterator[None]:
    """Warn of what the requests of a test did."""
    _statements.clear()
    yield
    for (request, _, place, _), number in _statements.items():
        if number >= REPEATS:
            warnings.warn(_n_plus_one(request.name, place, number), NPlusOne, stacklevel=1)
    _statements.clear()
    for text in [text for text, said in _in_threads.items() if said is False]:
        _in_threads[text] = True
        warnings.warn(text, RunsInThread, stacklevel=1)


def _n_plus_one(request: str, place: str, number: int) -> str:
    relationship = _relationships.get(place)
    fix = (
        f"write `.options(selectinload({relationship}))` in the query of its owners"
        if relationship
        else "ask for all rows at once: `.where(column.in_(...))`, a join, or selectinload()"
    )
    what = f" to load {relationship}" if relationship else ""
    return f"{request}: {place} sent one statement {number} times{what} (N+1): {fix}."


def pytest_configure(config: pytest.Config) -> None:
    """Listen to every engine and session, and see what FastAPI runs in threads."""
    event.listen(Session, "do_orm_execute", _note)
    event.listen(Engine, "before_cursor_execute", _count)
    patch = pytest.MonkeyPatch()
    for module in (
        fastapi.concurrency,
        fastapi.dependencies.utils,
        fastapi.routing,
        starlette._exception_handler,
    ):
        run = vars(module)["run_in_threadpool"]
        patch.setattr(module, "run_in_threadpool", partial(_run_in_threadpool, run))
    config.add_cleanup(patch.undo)


def _note(state: ORMExecuteState) -> None:
    _session.set(state.session)
    path = state.loader_strategy_path if state.is_relationship_load else None
    if path is not None:
        _relationships[origin.place()] = str(path[-1])


def _count(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
    request = origin.current_request.get()
    if request is not None and statement.startswith("SELECT"):
        _statements[request, _session.get(), origin.place(), statement] += 1


async def _run_in_threadpool(
    run: Callable[..., Awaitable[Any]], function: Callable[..., Any], /, *args: Any, **kwargs: Any
) -> Any:
    called = getattr(getattr(function, "__self__", None), "func", function)  # of a generator
    while isinstance(called, partial):
        called = called.func
    file = inspect.getsourcefile(called) if hasattr(called, "__module__") else None
    if file and origin.is_project(file):
        _in_threads.setdefault(_in_thread(called), False)
    return await run(function, *args, **kwargs)


def _in_thread(function: Callable[..., Any]) -> str:
    name = f"{function.__module__}.{function.__qualname__}"
    if inspect.isclass(function):
        fix = "write an `async def` that returns it, or take one model by `Annotated[..., Query()]`"
        return f"FastAPI makes {name}, a class used as a dependency, in a thread: {fix}."
    return f"FastAPI runs {name}, a plain `def`, in a thread: make it `async def`."
