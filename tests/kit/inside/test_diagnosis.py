"""Failures of async tests are explained."""

import pytest
from httpx2 import ASGITransport, AsyncClient
from starlette.types import Receive, Scope, Send

from ..kit.diagnosis import diagnose
from ..kit.refusal import WORDS

# What the libraries say.
MESSAGES = {
    "different-loop": "Task <Task> got Future <Future> attached to a different loop",
    "loop-is-closed": "Event loop is closed",
    "one-session-two-tasks": "cannot perform operation: another operation is in progress",
    "response-incomplete": "assert response_complete.is_set()",
    "no-response": "No response returned.",
    "response-already-started": "Caught handled exception, but response already started.",
    "missing-greenlet": "greenlet_spawn has not been called; can't call await_() here.",
    "detached": "Instance '<User at 0x1>' is not persistent within this Session",
    "no-such-table": "no such table: documents",
    "cancel-scope": "Attempted to exit cancel scope in a different task than it was entered in",
    "loop-in-loop": "asyncio.run() cannot be called from a running event loop",
    "never-awaited": "coroutine 'AsyncSession.scalar' was never awaited",
    "forgotten-await": "'coroutine' object has no attribute 'status_code'",
    "plain-value-awaited": "object dict can't be used in 'await' expression",
    "mock-awaited": "object MagicMock can't be used in 'await' expression",
    "websocket": "'AsyncClient' object has no attribute 'websocket_connect'",
    "client-closed": "Cannot send a request, as the client has been closed.",
    "after-an-error": "This Session's transaction has been rolled back due to a previous exception",
    "connection-closed": "This Connection is closed",
    "scope-mismatch": "ScopeMismatch: You tried to access the function scoped fixture db_session",
    "lifespan-missing": "'State' object has no attribute 'draining'",
    "blocking-call": "BlockingError: Blocking call to time.sleep",
    "database-is-locked": "database is locked",
}


@pytest.mark.parametrize("page", [words["page"] for words in WORDS["diagnosis"]])
def test_a_failure_is_explained(page: str) -> None:
    text = diagnose(RuntimeError(MESSAGES[page]))

    assert text is not None
    assert text.endswith(f"troubleshooting.md#{page}")
    assert text.index("\nWhy: ") < text.index("\nFix: ")


def test_the_cause_is_found_behind_other_exceptions() -> None:
    wrapped = ExceptionGroup("errors of two tasks", [ValueError(), RuntimeError("unknown")])
    wrapped.exceptions[1].__cause__ = RuntimeError("Event loop is closed")

    assert "loop-is-closed" in str(diagnose(wrapped))


def test_other_failures_are_left_alone() -> None:
    assert diagnose(AssertionError("assert 1 == 2")) is None


async def test_a_response_without_an_end_is_explained() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async with AsyncClient(transport=ASGITransport(broken), base_url="http://test") as client:
        with pytest.raises(AssertionError) as caught:
            await client.get("/")

    assert "response-incomplete" in str(diagnose(caught.value))


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("_client", "client"),
        ("asyncclient", "async_client"),
        ("session", "db_session"),
        ("_test_user", "test_user"),
        ("event_loop", "get_running_loop"),
    ],
)
def test_an_unknown_fixture_is_told_the_nearest_name(
    request: pytest.FixtureRequest, asked: str, nearest: str
) -> None:
    with pytest.raises(pytest.FixtureLookupError) as caught:
        request.getfixturevalue(asked)

    text = str(diagnose(caught.value))
    assert f"There is no fixture {asked!r}" in text
    assert nearest in text.partition("Fix:")[2]
