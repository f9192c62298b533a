"""Traces of requests, made by FastAPI for OpenTelemetry."""

import pytest
from httpx2 import AsyncClient
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

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


async def test_health_check_is_not_traced(
    async_client: AsyncClient, spans: InMemorySpanExporter
) -> None:
    await async_client.get("/health/live")
    assert requests_in(spans) == []
