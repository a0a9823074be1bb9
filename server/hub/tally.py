"""How a node fares, as figures for operators: counts since its start, and rates of late."""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field

LATENCIES_S = tuple(0.0005 * 1.5**step for step in range(27))
"""Upper ends of the classes into which waiting times are counted, from 0.5 ms to 19 s; each half
as long again as the one before, so that a percentile is at most that much too long."""
BEATS_KEPT = 31
"""Beats are two seconds apart, so this is the last minute."""
OF_LATE = 6
"""Beats between which rates are taken: the last ten seconds."""


@dataclass(slots=True)
class Tally:
    """Counts of one process since its start.

    Args:
        appends: batches that are in the log.
        records: records in them.
        conflicts: batches that were decided anew, because another node had appended first.
        put_off: batches that the store did not take.
        commands: wishes of people and platforms that were answered.
        joins: sockets that were let in.
        deliveries: frames of views that were written to sockets on ticks.
        slow: sockets that take nothing now. The only one that goes down as well.
        waits: how many of those wishes were answered within each of `LATENCIES_S`, and after.
        waited_s: how long all of them waited.
    """

    appends: int = 0
    records: int = 0
    conflicts: int = 0
    put_off: int = 0
    commands: int = 0
    joins: int = 0
    deliveries: int = 0
    slow: int = 0
    waits: list[int] = field(default_factory=lambda: [0] * (len(LATENCIES_S) + 1))
    waited_s: float = 0.0

    def answered(self, wait_s: float) -> None:
        """Count a wish that was answered, so long after it came."""
        self.commands += 1
        self.waited_s += wait_s
        self.waits[bisect_left(LATENCIES_S, wait_s)] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How it went of late.

    Args:
        p99_ms: 99 of 100 wishes of the last minute were answered within that; None without any.
    """

    commands_per_s: float = 0.0
    joins_per_s: float = 0.0
    deliveries_per_s: float = 0.0
    p99_ms: float | None = None


@dataclass(frozen=True, slots=True)
class _Beat:
    at: float
    commands: int
    joins: int
    deliveries: int
    waits: tuple[int, ...]


class Pulse:
    """Takes the pulse of a node: what has been counted between one beat and another."""

    def __init__(self, tally: Tally, at: float) -> None:
        """Take the first beat, at a moment of the steady clock in seconds."""
        self._tally = tally
        self._beats: deque[_Beat] = deque(maxlen=BEATS_KEPT)
        self.beat(at)

    def beat(self, at: float) -> Rates:
        """Take a beat, and say how it went up to it."""
        tally = self._tally
        beat = _Beat(at, tally.commands, tally.joins, tally.deliveries, tuple(tally.waits))
        self._beats.append(beat)
        before = self._beats[max(0, len(self._beats) - OF_LATE)]
        seconds = beat.at - before.at
        if seconds <= 0:
            return Rates()
        return Rates(
            commands_per_s=round((beat.commands - before.commands) / seconds, 1),
            joins_per_s=round((beat.joins - before.joins) / seconds, 1),
            deliveries_per_s=round((beat.deliveries - before.deliveries) / seconds, 1),
            p99_ms=_p99_ms(
                [new - old for new, old in zip(beat.waits, self._beats[0].waits, strict=True)]
            ),
        )


def _p99_ms(waits: list[int]) -> float | None:
    """Say within how many ms 99 of 100 were answered: the upper end of the class of that one.

    Example:
        >>> _p99_ms([98, 1, 1] + [0] * 25)
        0.8
    """
    wanted, seen = 0.99 * sum(waits), 0
    if not wanted:
        return None
    for index, count in enumerate(waits):
        seen += count
        if seen >= wanted:
            return round(1000 * LATENCIES_S[min(index, len(LATENCIES_S) - 1)], 1)
    return None
