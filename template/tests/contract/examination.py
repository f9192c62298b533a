"""Examines the service with Schemathesis: requests made from the OpenAPI document.

Schemathesis is synchronous, so it runs in a thread; the requests it makes are answered in the
event loop of the tests, where the database is.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
import requests
import schemathesis
from httpx2 import AsyncClient
from hypothesis import strategies
from pydantic_core import to_jsonable_python
from requests.adapters import HTTPAdapter
from schemathesis import Case, Config, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import CheckNode
from schemathesis.openapi.checks import (
    RejectedPositiveData,
    UndefinedStatusCode,
    UnsupportedMethodResponse,
)
from urllib3 import HTTPResponse

Schema = dict[str, Any]

# What valid requests may get: not 5xx, which Schemathesis lets pass, and 412 for `If-Match`.
ACCEPTED = ["2xx", "401", "403", "404", "409", "412", "429"]
# Hypothesis takes seconds for every text of 100,000 characters.
LONG = 1000

# Addresses that can receive mail: the format `email` allows more than the service does.
schemathesis.openapi.format(
    "email", strategies.integers(0, 999_999).map(lambda number: f"user{number}@example.com")
)


@dataclass
class Examination:
    """What came of it: failures to show, and how often each status was answered."""

    failures: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    undocumented: set[int] = field(default_factory=set)

    @property
    def succeeded(self) -> bool:
        """Whether a request got through: else every answer may have been the same refusal."""
        return any(status < 300 for status in self.statuses)


def with_example(
    document: Schema, path: str, method: str, values: Mapping[str, object], body: object
) -> Schema:
    """Name what leads an operation to success: some of the requests will have it."""
    document = deepcopy(document)
    values = {"If-Match": "*", **values}  # whatever the version is
    operation = document["paths"][path][method.lower()]
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in values:
            parameter["example"] = to_jsonable_python(values[parameter["name"]])
    if body is not None:
        for content in operation["requestBody"]["content"].values():
            content["example"] = to_jsonable_python(body)
    return document


async def examine(
    client: AsyncClient,
    document: Schema,
    *,
    credential: Mapping[str, Any],
    phase: str,
    operation: str | None = None,
    max_examples: int = 5,
) -> Examination:
    """Send the requests of one phase, for one operation or all of them; they never change.

    A credential is, by the name of its security scheme, {"bearer": ...} or {"api_key": ...}.
    The phase is "coverage" (every bound, valid and invalid), "fuzzing" (valid values at random) or
    "stateful" (requests that take ids from the answers of others).
    """
    found = Examination()
    schema = schemathesis.openapi.from_dict(
        _with_bearer(_lightened(document, exact=phase == "coverage")),
        config=_config(client, credential, phase, max_examples),
    )
    schema.hook(filter_failure)
    chosen = schema.include(name=operation) if operation else schema

    def run() -> None:
        for event in from_schema(chosen).execute():
            if isinstance(event, events.ScenarioFinished):
                found.failures.extend(_failures(event))
                found.undocumented.update(_undocumented(event))
                found.statuses.update(_statuses(event))
            elif isinstance(event, events.NonFatalError):
                found.failures.append(f"{event.label}: {event.value!r}")
            elif isinstance(event, events.FatalError):
                raise event.exception

    # With --transport=live there is a server, and `requests` reaches it by itself.
    with _in_loop(client) if client.base_url.host == "test" else nullcontext():
        await asyncio.to_thread(run)
    return found


def filter_failure(
    context: HookContext, failure: Failure, case: Case[Any], response: Response
) -> bool:
    """Leave out what is right, although the document cannot say so.

    Valid data that breaks a rule which no schema can state, such as a password that is too common
    or a cursor of another list: that is `Unprocessable`, without the `errors` of a failed
    validation. And a path that another route takes as well, and finds no id in: `PATCH /users/me`.
    """
    if response.status_code != 422:
        return True
    if isinstance(failure, RejectedPositiveData):
        return "errors" in response.json()
    return not isinstance(failure, UnsupportedMethodResponse)


def _config(
    client: AsyncClient, credential: Mapping[str, Any], phase: str, max_examples: int
) -> Config:
    names = ("examples", "coverage", "fuzzing", "stateful")
    phases: dict[str, dict[str, Any]] = {name: {"enabled": name == phase} for name in names}
    # The invalid values are those of "coverage". Here they would also be the shortened texts.
    for name in ("fuzzing", "stateful"):
        phases[name]["generation"] = {"mode": "positive"}
    return Config.from_dict(
        {
            "base-url": str(client.base_url),
            "headers": dict(client.headers),
            "auth": {"openapi": dict(credential)} if credential else {},
            "continue-on-failure": True,
            "phases": phases,
            "generation": {
                "deterministic": True,
                "database": "none",
                "max-examples": max_examples,
                "no-shrink": True,
                "allow-x00": False,  # that any JSON is taken but for NUL, no schema can say
            },
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
        }
    )


@contextmanager
def _in_loop(client: AsyncClient) -> Iterator[None]:
    """Have each request that `requests` would send answered in the loop of the caller."""
    loop = asyncio.get_running_loop()

    def send(
        self: HTTPAdapter, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        headers = [
            (name.encode("latin-1"), value if isinstance(value, bytes) else value.encode("latin-1"))
            for name, value in request.headers.items()
        ]
        content = request.body.encode() if isinstance(request.body, str) else request.body
        assert content is None or isinstance(content, bytes)
        answer = client.request(
            str(request.method), str(request.url), headers=headers, content=content
        )
        response = asyncio.run_coroutine_threadsafe(answer, loop).result()
        client.cookies.clear()  # each request brings its own
        raw = HTTPResponse(
            BytesIO(response.content),
            dict(response.headers),
            response.status_code,
            reason=response.reason_phrase,
            preload_content=False,
        )
        return self.build_response(request, raw)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", send)
        yield


def _statuses(event: events.ScenarioFinished) -> Iterator[int]:
    for interaction in event.recorder.interactions.values():
        if interaction.response is not None:
            yield interaction.response.status_code


def _failed(event: events.ScenarioFinished) -> Iterator[CheckNode]:
    for checks in event.recorder.checks.values():
        yield from (check for check in checks if check.status is not Status.SUCCESS)


def _failures(event: events.ScenarioFinished) -> Iterator[str]:
    for check in _failed(event):
        if info := check.failure_info:
            what = f"{info.failure.operation}: {check.name}: {info.failure}"
            yield f"{what}\n{info.code_sample}\n"


def _undocumented(event: events.ScenarioFinished) -> Iterator[int]:
    for check in _failed(event):
        if check.failure_info and isinstance(check.failure_info.failure, UndefinedStatusCode):
            yield check.failure_info.failure.status_code


def _lightened(document: Schema, *, exact: bool) -> Schema:
    """Return the document with long texts that are generated in no time: without their pattern.

    Compiled together with such a length it takes seconds. And shorter, where bounds are not tried.
    """

    def lighten(part: Any) -> Any:
        if isinstance(part, list):
            return [lighten(item) for item in part]
        if not isinstance(part, dict):
            return part
        light = {name: lighten(value) for name, value in part.items()}
        if isinstance(length := light.get("maxLength"), int) and length > LONG:
            light.pop("pattern", None)
            light["maxLength"] = length if exact else LONG
        return light

    lightened: Schema = lighten(document)
    return lightened


def _with_bearer(document: Schema) -> Schema:
    """Say of OAuth2 how its token is sent, so that Schemathesis can leave it out, or forge it."""
    document = deepcopy(document)
    for scheme in document["components"].get("securitySchemes", {}).values():
        if scheme["type"] == "oauth2":
            scheme.clear()
            scheme.update(type="http", scheme="bearer")
    return document
