"""Traces from command to frame, by OpenTelemetry: the optional extra `traces`.

A span for each request over HTTP, which goes on with a trace of the caller (W3C `traceparent`),
and for each command, over whichever wire it came, with a child for each stage of `Stage`.
No span holds a name, an address, a path as it was sent, or what a command says.

Source: https://www.w3.org/TR/trace-context/,
https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentelemetry import context as contexts
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocol.errors import ErrorCode
from protocol.ids import RoomId
from server.hub.tracing import Stage, Trace

PATH = "/v1/traces"
"""Where a collector takes traces, by the OTLP specification."""
SERVER_FAULTS = 500


@asynccontextmanager
async def sent_traces(url: str, node_name: str) -> AsyncIterator["OpenTelemetryTraces"]:
    """Follow commands, and send what was found to a collector until the block is left.

    How many are followed, headers for the collector and sizes of batches are read by the
    library from its own variables (`OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, ...).
    """
    resource = Resource.create({"service.name": "usher", "service.instance.id": node_name})
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=url.rstrip("/") + PATH)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield OpenTelemetryTraces(provider.get_tracer("usher"))
    finally:
        # It sends what is left, and waits for that.
        await asyncio.to_thread(provider.shutdown)


class OpenTelemetryTraces:
    """`Traces` as spans, and the way in for traces of others."""

    def __init__(self, tracer: Tracer) -> None:
        """Follow with a tracer."""
        self._tracer = tracer

    def begin(self, name: str, room: RoomId) -> Trace | None:
        """See `Traces.begin`. A part of the request under way, if there is one."""
        span = self._tracer.start_span(f"command {name}", attributes={"usher.room_id": room})
        return _SpannedTrace(self._tracer, span) if span.is_recording() else None

    def around(self, app: ASGIApp) -> ASGIApp:
        """Have requests to an application followed."""
        return _SpannedRequests(app, self._tracer)


class _SpannedTrace:
    """One command: its span, and that of the stage under way."""

    __slots__ = ("_context", "_since", "_span", "_tracer")

    def __init__(self, tracer: Tracer, span: Span) -> None:
        self._tracer = tracer
        self._span = span
        self._context = set_span_in_context(span)
        self._since = tracer.start_span(Stage.DECIDED, self._context)

    def reached(self, stage: Stage) -> None:
        self._since.update_name(stage)
        self._since.end()
        # What comes next is known by its end: after a lost race it is another decision.
        self._since = self._tracer.start_span("next", self._context)

    def ended(self, refusal: ErrorCode | None) -> None:
        if refusal is not None:
            self._since.update_name(Stage.DECIDED)
            self._since.end()
            self._span.set_attribute("usher.refusal", refusal.value)
        self._span.end()


class _SpannedRequests:
    """A span around each request; outermost, so that all of it is inside."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        carrier = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in (b"traceparent", b"tracestate")
        }
        method = "GET" if scope["type"] == "websocket" else scope["method"]
        with self._tracer.start_as_current_span(
            method,
            context=self._propagator.extract(carrier, context=contexts.Context()),
            kind=SpanKind.SERVER,
            # What an exception says may hold anything; the log takes that out, a span does not.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            scope["usher.trace_id"] = f"{span.get_span_context().trace_id:032x}"

            async def sending(message: Message) -> None:
                _note(span, message)
                await send(message)

            await self._app(scope, receive, sending)
            route = getattr(scope.get("route"), "path", "")
            if route:
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
            span.set_attribute("http.request.method", method)


def _note(span: Span, message: Message) -> None:
    if message["type"] in ("http.response.start", "websocket.http.response.start"):
        status = int(message["status"])
        span.set_attribute("http.response.status_code", status)
        if status >= SERVER_FAULTS:
            span.set_status(StatusCode.ERROR)
