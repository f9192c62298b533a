"""Runs an application's lifespan as a server does."""

import asyncio
from typing import Any, Self

from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from . import origin
from .guards.tasks import WatchedTask, end_tasks_of, watch_tasks


class Lifespan:
    """An application between its startup and its shutdown, to be served.

    Both happen in one task, although pytest sets a fixture up in one and tears it down in another:
    task groups demand it. What the lifespan yields reaches every request as `request.state`.
    """

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.state: dict[str, Any] = {}
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        """Start the application. Raise what its startup raises."""
        watch_tasks()
        self._task = asyncio.create_task(self._run(), name="lifespan")
        await self._tell("startup")
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Shut the application down. Raise what its shutdown raises."""
        await self._tell("shutdown")
        await self._task
        if left := await end_tasks_of(self._task):
            names = ", ".join(map(repr, left))
            raise RuntimeError(f"the lifespan left tasks running, cancel and await them: {names}")

    def outlive_tests(self) -> None:
        """Let tests leave the application running: it was started for all of them."""
        assert isinstance(self._task, WatchedTask)
        self._task.lifespan = self._task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        with origin.serving(scope) as request:

            async def send_noted(message: Message) -> None:
                request.answer_has_begun |= message["type"] == "http.response.start"
                await send(message)

            await self.app({**scope, "state": dict(self.state)}, receive, send_noted)

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        await self.app(scope, self._to_app.get, self._from_app.put)

    async def _tell(self, event: str) -> None:
        await self._to_app.put({"type": f"lifespan.{event}"})
        reply = asyncio.create_task(self._from_app.get())
        await asyncio.wait({reply, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if reply.done() and reply.result()["type"] == f"lifespan.{event}.complete":
            return
        reply.cancel()
        await self._task  # raises why it failed
        raise RuntimeError(f"the application ended during {event} and did not say why")
