"""Commands followed from where they come in to the frame that shows them, by the real SDK."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind

from protocol.commands import RaiseHand, SetStageMode
from protocol.ids import RoomId
from protocol.messages import Snapshot
from protocol.roles import Group, StageMode
from protocol.views import Window
from server.hub.tracing import Stage
from server.integrations.traces import OpenTelemetryTraces, sent_traces
from tests.edge.house import House, opened_house, until
from tests.edge.lines import line
from tests.integrations.receiver import Receiver, receiving
from tests.running import running_server

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT_ID = "00f067aa0ba902b7"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
async def house(tmp_path: Path, exporter: InMemorySpanExporter) -> AsyncIterator[House]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces = OpenTelemetryTraces(provider.get_tracer("usher"))
    async with opened_house(tmp_path, traces=traces) as house:
        yield house


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


async def the_one(exporter: InMemorySpanExporter, name: str) -> ReadableSpan:
    """Wait for a span to be over: a frame is written after its command was answered."""
    await until(lambda: bool(named(exporter, name)))
    [span] = named(exporter, name)
    return span


def stages(exporter: InMemorySpanExporter, span: ReadableSpan) -> list[str]:
    own = [
        one
        for one in exporter.get_finished_spans()
        if one.parent is not None and span.context is not None
        if one.parent.span_id == span.context.span_id
    ]
    return [one.name for one in sorted(own, key=lambda one: one.start_time or 0)]


async def test_a_command_over_a_socket_is_followed_to_the_frame_that_shows_it(
    house: House, exporter: InMemorySpanExporter
) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    async with line(house, session, ticket=admitted["ticket"]) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        assert (await guest.do(RaiseHand())).is_done
        await guest.until(lambda one: bool(one.names(Group.RAISED_HANDS)))
        command = await the_one(exporter, "command RaiseHand")

    assert stages(exporter, command) == [
        Stage.DECIDED, Stage.APPENDED, Stage.APPLIED, Stage.WRITTEN,
    ]  # fmt: skip
    assert dict(command.attributes or {}) == {"usher.room_id": house.room}


async def test_what_is_refused_ends_with_the_code(
    house: House, exporter: InMemorySpanExporter
) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    async with line(house, session, ticket=admitted["ticket"]) as guest:
        await guest.hello(Window())
        assert not (await guest.do(SetStageMode(mode=StageMode.INVITE_ONLY))).is_done
        command = await the_one(exporter, "command SetStageMode")

    assert stages(exporter, command) == [Stage.DECIDED]
    assert (command.attributes or {})["usher.refusal"] == "not_allowed"


async def test_a_request_goes_on_with_the_trace_of_its_caller(
    house: House, exporter: InMemorySpanExporter
) -> None:
    await house.make_entry()
    host = await house.signed_in()
    host.http.headers["traceparent"] = f"00-{TRACE_ID}-{PARENT_ID}-01"

    await host.done("PATCH", f"/entries/{house.room}", {"name": "Canary-Name"})

    request = await the_one(exporter, "PATCH /api/v1/entries/{entry_id}")
    command = await the_one(exporter, "command EditEntry")
    assert request.kind is SpanKind.SERVER
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == PARENT_ID
    assert request.context is not None
    assert command.parent is not None
    assert command.parent.span_id == request.context.span_id
    assert command.context is not None
    assert f"{command.context.trace_id:032x}" == TRACE_ID
    assert dict(request.attributes or {}) == {
        "http.request.method": "PATCH",
        "http.route": "/api/v1/entries/{entry_id}",
        "http.response.status_code": 200,
    }
    everything = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "Canary-Name" not in everything
    assert "host@" not in everything


async def test_a_broken_traceparent_begins_a_trace_of_its_own(
    house: House, exporter: InMemorySpanExporter
) -> None:
    browser = await house.browser()
    browser.http.headers["traceparent"] = "00-zero-one-two"
    await browser.done("GET", "/me")
    assert (await the_one(exporter, "GET /api/v1/me")).parent is None


async def test_commands_that_are_not_sampled_are_not_followed(tmp_path: Path) -> None:
    provider = TracerProvider(sampler=ALWAYS_OFF)
    traces = OpenTelemetryTraces(provider.get_tracer("usher"))
    async with opened_house(tmp_path, traces=traces) as house:
        await house.make_entry()
        assert traces.begin("RaiseHand", house.room) is None


def arrived(collector: Receiver) -> list[ResourceSpans]:
    """Read what a collector was sent, as a collector does."""
    requests = (ExportTraceServiceRequest.FromString(one.body) for one in collector.received)
    return [found for request in requests for found in request.resource_spans]


def names_in(collector: Receiver) -> set[str]:
    return {
        span.name
        for found in arrived(collector)
        for scope in found.scope_spans
        for span in scope.spans
    }


async def test_a_collector_gets_the_spans_of_a_server_while_it_runs(tmp_path: Path) -> None:
    async with receiving() as collector:
        collector.always = 200
        env = {
            "USHER_TRACES": collector.url.replace("hook", ""),
            "USHER_NODE": "n1",
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }
        async with running_server(tmp_path, env) as server, server.http() as host:
            await server.sign_in(host)
            answer = await host.patch("/entries/e_demo-room", json={"name": "Canary-Name"})
            assert answer.status_code == 200, answer.text
            await collector.until(lambda one: "command EditEntry" in names_in(one))

    assert {one.head for one in collector.received} == {"POST /v1/traces HTTP/1.1"}
    assert {one.headers["content-type"] for one in collector.received} == {"application/x-protobuf"}
    for found in arrived(collector):
        about = {one.key: one.value.string_value for one in found.resource.attributes}
        assert about["service.name"] == "usher"
        assert about["service.instance.id"] == "n1"
    assert all(b"Canary-Name" not in one.body for one in collector.received)


async def test_what_was_not_sent_yet_is_sent_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000")
    async with receiving() as collector:
        collector.always = 200
        async with sent_traces(collector.url.replace("/hook", ""), "n1") as traces:
            trace = traces.begin("RaiseHand", RoomId("e_1"))
            assert trace is not None
            trace.ended(None)
            assert collector.received == []
        assert names_in(collector) == {"command RaiseHand"}
