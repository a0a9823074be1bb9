"""Figures for operators, in the form that Prometheus reads.

Labels are bounded: routes as the server has them, methods and codes from lists of our own. No
label holds a name, an address, a room or a link.

Source: https://prometheus.io/docs/practices/naming/
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from server.edge.clients import Network, is_direct_from
from server.edge.replies import Denied, problem_reply
from server.hub.hub import Hub
from server.hub.tally import LATENCIES_S, Tally

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WS"})
OTHER = "other"


class Metrics:
    """What this process counts: requests as they end, and the hub whenever somebody looks."""

    def __init__(self, hub: Hub) -> None:
        """Count for a hub, in a registry of its own."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "usher_requests",
            "Requests over HTTP and sockets that ended, by route and status or close code.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "usher_request_seconds",
            "How long requests over HTTP took.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._refusals = Counter(
            "usher_refusals",
            "Requests and sockets that were refused, by the code of the refusal.",
            ("code",),
            registry=self._registry,
        )
        self._registry.register(HubFigures(hub))
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)

    def count(
        self, method: str, route: str, status: int, seconds: float, refusal: ErrorCode | None
    ) -> None:
        """Count a request or socket that is over."""
        known = method if method in METHODS else OTHER
        self._requests.labels(known, route, str(status)).inc()
        if known != "WS":
            self._seconds.labels(route).observe(seconds)
        if refusal is not None:
            self._refusals.labels(refusal.value).inc()

    def page(self) -> bytes:
        """Write all figures down."""
        return generate_latest(self._registry)


class HubFigures(Collector):
    """The hub's own counts, read at the moment of asking."""

    def __init__(self, hub: Hub) -> None:
        """Read a hub."""
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        """See `Collector`."""
        rooms = self._hub.rooms
        tally = self._hub.tally
        loaded = [room for room in rooms if room.is_loaded]
        yield _gauge("rooms", "Rooms in memory.", len(rooms))
        yield _gauge(
            "rooms_stale",
            "Rooms of which it is not known what the log holds: the store does not answer.",
            sum(room.is_stale for room in loaded),
        )
        yield _gauge(
            "connections",
            "Sockets of participants.",
            sum(room.connection_count for room in rooms),
        )
        yield _gauge(
            "participants",
            "People inside the rooms in memory, whichever node they are connected to.",
            sum(room.people_count for room in loaded),
        )
        yield _gauge("slow_consumers", "Sockets that take nothing now.", tally.slow)
        yield _gauge("tasks", "What runs or waits in the event loop.", len(asyncio.all_tasks()))
        yield _gauge(
            "memory_blocks",
            "Blocks of memory that Python's objects take: what grows here for long is kept.",
            sys.getallocatedblocks(),
        )
        yield _gauge("draining", "1 while this node is on its way out.", self._hub.is_stopping)
        yield _count("appends", "Batches that were written to the log.", tally.appends)
        yield _count("records", "Commands and facts in those batches.", tally.records)
        yield _count("conflicts", "Batches decided anew: another node was first.", tally.conflicts)
        yield _count("put_off", "Batches that the store did not take.", tally.put_off)
        yield _count("joins", "Sockets that were let in.", tally.joins)
        yield _count("deliveries", "Frames of views that were written on ticks.", tally.deliveries)
        yield _waits(tally)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"usher_{name}", text, value=value)


def _waits(tally: Tally) -> Metric:
    """Count commands by how long their answers took."""
    bounds = [f"{bound:.4g}" for bound in LATENCIES_S]
    sums = accumulate(tally.waits)
    buckets = list(zip([*bounds, "+Inf"], map(float, sums), strict=True))
    text = "How long wishes of people and platforms waited for an answer."
    return HistogramMetricFamily(
        "usher_command_seconds", text, buckets=buckets, sum_value=tally.waited_s
    )


def _count(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"usher_{name}", text, value=value)


def metrics_page(
    metrics: Metrics, readers: Sequence[Network]
) -> Callable[[Request], Awaitable[Response]]:
    """Make the handler of `/metrics`, for readers at these addresses alone.

    What came through a proxy is refused: Prometheus asks each node itself.
    """

    async def handle(request: Request) -> Response:
        if not is_direct_from(request.scope, readers):
            request.scope["usher.refusal"] = ErrorCode.NOT_FOUND
            return problem_reply(Denied(ErrorCode.NOT_FOUND))
        page = Response(metrics.page())
        page.headers["Content-Type"] = CONTENT_TYPE_PLAIN_1_0_0
        return page

    return handle
