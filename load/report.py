"""The figures of a run."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hdrh.histogram import HdrHistogram

LONGEST_US = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run measured.

    Args:
        p50_ms, p99_ms: of the single joins, from the completed form to the first view.
        server_cpu_s: user and system time that the server's process spent on the run.
        server_rss_mib: its resident memory at the end of the run, everybody inside.
        client_cpu_s: the same for this process, to see whether it was the bottleneck.
    """

    scenario: str
    members: int
    seconds: float
    joins_per_s: float
    p50_ms: float
    p99_ms: float
    server_cpu_s: float | None
    server_rss_mib: float | None
    client_cpu_s: float
    seen_by_host: int

    def as_dict(self) -> dict[str, Any]:
        """Give the figures, rounded to what they are worth."""
        return {
            "scenario": self.scenario,
            "members": self.members,
            "seconds": round(self.seconds, 3),
            "joins_per_s": round(self.joins_per_s, 1),
            "p50_ms": round(self.p50_ms, 1),
            "p99_ms": round(self.p99_ms, 1),
            "server_cpu_s": _rounded(self.server_cpu_s),
            "server_rss_mib": _rounded(self.server_rss_mib),
            "client_cpu_s": round(self.client_cpu_s, 2),
            "seen_by_host": self.seen_by_host,
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def percentile(values: Sequence[float], part: float) -> float:
    """Pick the value (ms) below which `part` (0 to 1) of the values lie, to three digits.

    Source: HdrHistogram, in microseconds.

    Example:
        >>> percentile([4.0, 1.0, 3.0, 2.0], 0.5)
        2.0
    """
    histogram = HdrHistogram(1, LONGEST_US, 3)
    for value in values:
        histogram.record_value(max(1, round(1000 * value)))
    return float(f"{histogram.get_value_at_percentile(100 * part) / 1000:.3g}")


def latencies(values_ms: Sequence[float]) -> dict[str, float]:
    """Give the percentiles that a report holds."""
    if not values_ms:
        return {}
    parts = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99, "max_ms": 1.0}
    return {name: percentile(values_ms, part) for name, part in parts.items()}


def spread(values: Sequence[float]) -> dict[str, float]:
    """Give the median of repetitions, and how far they lie apart.

    Example:
        >>> spread([1.0, 3.0, 2.0])
        {'median': 2.0, 'least': 1.0, 'most': 3.0, 'of': 3}
    """
    return {
        "median": round(statistics.median(values), 3),
        "least": round(min(values), 3),
        "most": round(max(values), 3),
        "of": len(values),
    }
