"""What a stretch of a run cost: the server's CPU, what went over the wires, how busy we were."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from load.limit.limit import limit
from load.process import usage_of
from load.wire import Wire

PROVEN_WITH = 50
PROVEN_ROUNDS = 100
PROVEN_BYTES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was measured between two moments.

    Args:
        frames, heard_bytes: what came to clients, headers of frames included.
        said_bytes: what they sent.
        client_share: CPU of this process, as a part of one core.
    """

    cpu_s: float
    seconds: float
    rss_mib: float
    frames: int
    heard_bytes: int
    said_bytes: int
    client_share: float

    def as_dict(self) -> dict[str, Any]:
        """Give the figures, rounded to what they are worth."""
        return {
            "seconds": round(self.seconds, 3),
            "server_cpu_s": round(self.cpu_s, 4),
            "server_rss_mib": round(self.rss_mib, 2),
            "frames": self.frames,
            "heard_bytes": self.heard_bytes,
            "said_bytes": self.said_bytes,
            "client_share": round(self.client_share, 3),
            "client_headroom": headroom(self.client_share),
        }

    def each(self, members: int, rss_mib_before: float) -> dict[str, float]:
        """Give what it took to let so many in, for one of them."""
        return {
            "join_cpu_ms": round(1000 * self.cpu_s / members, 3),
            "join_bytes": round((self.heard_bytes + self.said_bytes) / members),
            "fill_s": round(self.seconds, 2),
            "kib_per_connection": round(1024 * (self.rss_mib - rss_mib_before) / members, 1),
        }


def headroom(client_share: float) -> float:
    """Say how many times as much this client could have taken before its core was full."""
    return round(1 / max(client_share, 0.001), 1)


class Meter:
    """Measures from its making until `read`."""

    def __init__(self, pids: Sequence[int], wires: Callable[[], Iterable[Wire]]) -> None:
        """Begin.

        Args:
            wires: all there have ever been, closed ones included.
        """
        self._pids = pids
        self._wires = wires
        self._counted = self._count()
        self._own = time.process_time()
        self._cpu_s = usage_of(*pids).cpu_s
        self.began = time.perf_counter()

    def _count(self) -> tuple[int, int, int]:
        frames = heard = said = 0
        for wire in self._wires():
            frames += wire.messages
            heard += wire.heard_bytes
            said += wire.said_bytes
        return frames, heard, said

    def read(self) -> Spent:
        """Give what was spent so far."""
        usage, seconds = usage_of(*self._pids), time.perf_counter() - self.began
        own = time.process_time() - self._own
        frames, heard, said = (
            now - before for now, before in zip(self._count(), self._counted, strict=True)
        )
        return Spent(
            cpu_s=usage.cpu_s - self._cpu_s,
            seconds=seconds,
            rss_mib=usage.rss_mib,
            frames=frames,
            heard_bytes=heard,
            said_bytes=said,
            client_share=own / seconds,
        )


async def proven() -> dict[str, float]:
    """Have the C limit write as fast as it can, to see what this client can hear.

    A run whose client is far below both figures was not held up by it.

    Raises:
        LoadError: the limit cannot be compiled.
    """
    async with limit(PROVEN_WITH, PROVEN_BYTES) as one:
        wanted = one.crowd.messages + PROVEN_WITH * PROVEN_ROUNDS
        own, began = time.process_time(), time.perf_counter()
        for number in range(PROVEN_ROUNDS):
            await one.change(number)
        await one.crowd.reach(wanted)
        heard = PROVEN_WITH * PROVEN_ROUNDS
        return {
            "client_frames_per_s": round(heard / (time.perf_counter() - began)),
            "client_us_per_frame": round(1e6 * (time.process_time() - own) / heard, 2),
        }
