"""The figures of a run."""

import statistics
from collections.abc import Sequence

from hdrh.histogram import HdrHistogram

LONGEST_US = 3_600_000_000


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
