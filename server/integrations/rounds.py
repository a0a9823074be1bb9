"""Work by keys: each key is worked on by one task at a time, and again when there is news of it.

The bounded heart of what calls others: how many at once, how many of one group at once, and when
each is due again. What the work is, and how it fares, is its owner's.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

log = logging.getLogger(__name__)

FAULT_S = 60.0
"""How long a key rests whose work failed by a fault of ours."""
LONGEST_S = 60.0


class Rounds(Generic[K]):
    """Keeps which keys are due, and works on them.

    Args:
        work: works on a key; returns in how many seconds to go on, None when there is nothing more.
        monotonic: seconds.
        at_once: keys that are worked on at the same time.
        group_of: whose key it is; a group gets at most a quarter of `at_once`, so that a slow one
            holds up nobody else.
        rest_until: until when a key is left alone, whatever is new of it.
    """

    def __init__(
        self,
        work: Callable[[K], Awaitable[float | None]],
        monotonic: Callable[[], float],
        *,
        at_once: int,
        group_of: Callable[[K], Hashable],
        rest_until: Callable[[K], float],
    ) -> None:
        """Have nothing to do yet."""
        self._work = work
        self._monotonic = monotonic
        self._at_once = at_once
        self._group_of = group_of
        self._rest_until = rest_until
        self._wake = asyncio.Event()
        self._due: dict[K, float] = {}
        self._busy: set[K] = set()
        self._again: set[K] = set()

    def __contains__(self, key: K) -> bool:
        """Say whether a key is due, or worked on."""
        return key in self._due or key in self._busy

    def note(self, key: K, in_s: float = 0.0) -> None:
        """Work on a key soon; when it is worked on now, once more afterwards."""
        if key in self._busy:
            self._again.add(key)
            return
        at = self._monotonic() + in_s
        self._due[key] = min(at, self._due.get(key, at))
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._wake.clear()
                for key in self._ready():
                    del self._due[key]
                    self._busy.add(key)
                    tasks.create_task(self._round(key), name=f"work on {self._group_of(key)}")
                try:
                    async with asyncio.timeout(self._wait_s()):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    async def _round(self, key: K) -> None:
        wait_s: float | None = FAULT_S
        try:
            wait_s = await self._work(key)
        except Exception:
            log.exception("work on %s failed by a fault of ours", self._group_of(key))
        finally:
            self._busy.discard(key)
            self._wake.set()
        if key in self._again:
            self._again.discard(key)
            wait_s = 0.0
        if wait_s is not None:
            self.note(key, wait_s)

    def _ready(self) -> list[K]:
        """Choose whose time has come, within what may be worked on at once."""
        now, ready = self._monotonic(), list[K]()
        load = Counter(self._group_of(key) for key in self._busy)
        for key, at in self._due.items():
            if len(self._busy) + len(ready) >= self._at_once:
                break
            group = self._group_of(key)
            is_due = max(at, self._rest_until(key)) <= now
            if is_due and load[group] < max(1, self._at_once // 4):
                load[group] += 1
                ready.append(key)
        return ready

    def _wait_s(self) -> float:
        """Say when the next one is due; whoever ends, or is new, wakes us before."""
        now = self._monotonic()
        moments = [max(at, self._rest_until(one)) for one, at in self._due.items()]
        return min((one for one in moments if one > now), default=now + LONGEST_S) - now
