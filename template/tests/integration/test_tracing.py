"""Traces of requests, made by FastAPI for OpenTelemetry."""

from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import literal, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from ..kit.databases import Databases
from ..kit.service import run_app
from ..notes import NOTE, NOTES


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What would be exported. The provider is one for the process, and cannot be set twice."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource.get_empty(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter


def requests_in(spans: InMemorySpanExporter) -> list[str]:
    finished = spans.get_finished_spans()
    return [span.name for span in finished if span.kind is trace.SpanKind.SERVER]


async def test_request_is_a_span_with_its_route(
    caller: AsyncClient, spans: InMemorySpanExporter
) -> None:
    response = await caller.get(f"{NOTES}/5")
    assert requests_in(spans) == [f"GET {NOTE}"]
    attributes = spans.get_finished_spans()[-1].attributes or {}
    assert attributes["http.route"] == NOTE
    assert attributes["http.response.status_code"] == response.status_code


async def test_span_and_log_name_each_other(
    caller: AsyncClient, spans: InMemorySpanExporter
) -> None:
    with capture_logs(processors=[merge_contextvars]) as logs:
        await caller.get(NOTES, headers={"X-Request-ID": "request-1"})
    (span,) = (span for span in spans.get_finished_spans() if span.kind is trace.SpanKind.SERVER)
    assert span.attributes is not None
    assert span.context is not None
    assert span.attributes["request_id"] == "request-1"
    (line,) = (line for line in logs if line["event"] == "request")
    assert line["trace_id"] == trace.format_trace_id(span.context.trace_id)


@pytest.fixture
async def traced_session(
    databases: Databases, spans: InMemorySpanExporter
) -> AsyncIterator[AsyncSession]:
    """A session of the application in something that is traced, such as a request."""
    async with databases.new() as url, run_app(url) as app:
        with trace.get_tracer(__name__).start_as_current_span("request"):
            async with app.database.session() as session:
                yield session


async def test_statement_is_a_span_without_its_values(
    traced_session: AsyncSession, spans: InMemorySpanExporter
) -> None:
    await traced_session.execute(select(literal("hunter2").label("answer")))
    span = spans.get_finished_spans()[-1]
    assert span.name == "SELECT"
    assert span.attributes is not None
    assert "answer" in str(span.attributes["db.query.text"])
    assert "hunter2" not in str(span.attributes)


async def test_failed_statement_is_a_span_with_its_error(
    traced_session: AsyncSession, spans: InMemorySpanExporter
) -> None:
    with pytest.raises(SQLAlchemyError):
        await traced_session.execute(text("SELECT nothing_at_all"))
    span = spans.get_finished_spans()[-1]
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.attributes is not None
    assert "error.type" in span.attributes


async def test_health_check_is_not_traced(
    async_client: AsyncClient, spans: InMemorySpanExporter
) -> None:
    await async_client.get("/health/live")
    assert requests_in(spans) == []
