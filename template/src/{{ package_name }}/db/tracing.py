"""A span for each SQL statement of a request that is traced."""

from typing import Any

from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import Connection, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine

LONGEST = 2000  # characters of a statement


def trace_statements(*engines: AsyncEngine) -> None:
    """From now on add each statement to the trace of its request, without its values."""

    def started(connection: Connection, cursor: Any, statement: str, *details: Any) -> None:
        if trace.get_current_span().is_recording():
            operation = statement.split(maxsplit=1)[0].upper()
            connection.info["span"] = trace.get_tracer(__name__).start_span(
                operation,
                kind=SpanKind.CLIENT,
                attributes={
                    "db.system.name": connection.dialect.name,
                    "db.operation.name": operation,
                    "db.query.text": " ".join(statement.split())[:LONGEST],
                },
            )

    def finished(connection: Connection, *details: Any) -> None:
        if span := connection.info.pop("span", None):
            span.end()

    def failed(context: ExceptionContext) -> None:
        span = context.connection.info.pop("span", None) if context.connection else None
        if span is not None:
            span.set_attribute("error.type", type(context.original_exception).__name__)
            span.set_status(StatusCode.ERROR)
            span.end()

    for engine in engines:
        event.listen(engine.sync_engine, "before_cursor_execute", started)
        event.listen(engine.sync_engine, "after_cursor_execute", finished)
        event.listen(engine.sync_engine, "handle_error", failed)
