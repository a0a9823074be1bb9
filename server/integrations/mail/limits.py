"""How much mail is too much: a count per key over a sliding window, in bounded memory.

Each node counts for itself before it takes a letter; where there are several, they count
together before the letter goes out.
"""

import asyncio
import hmac
import logging
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Protocol

from server.store.interface import StoreError

log = logging.getLogger(__name__)

PLACE_S = 2.0
"""How long a mail waits for the count of all nodes."""

MAX_KEYS = 20_000
"""About 15 MB when each has been used up. Beyond it the key that was quiet the longest is
forgotten; to make us forget a victim somebody must mail to that many others in an hour."""


class SlidingLimit:
    """Allows at most so many in any stretch of time of a given length."""

    def __init__(self, most: int, window_ms: int, max_keys: int = MAX_KEYS) -> None:
        """Allow `most` per key in any `window_ms`."""
        self._most = most
        self._window_ms = window_ms
        self._max_keys = max_keys
        self._taken: OrderedDict[Hashable, deque[int]] = OrderedDict()

    def has_room(self, key: Hashable, now: int) -> bool:
        """Say whether one more is allowed; changes nothing that counts.

        Args:
            now: ms of a clock that is never set back.
        """
        moments = self._taken.get(key)
        while moments and moments[0] <= now - self._window_ms:
            moments.popleft()
        return moments is None or len(moments) < self._most

    def take(self, key: Hashable, now: int) -> None:
        """Count one. Cost: O(1)."""
        self._taken.setdefault(key, deque()).append(now)
        self._taken.move_to_end(key)
        while len(self._taken) > self._max_keys or self._is_stale(now):
            self._taken.popitem(last=False)

    def __len__(self) -> int:
        """Count the keys that are remembered."""
        return len(self._taken)

    def _is_stale(self, now: int) -> bool:
        oldest = next(iter(self._taken.values()))
        return oldest[-1] <= now - self._window_ms


class Windows(Protocol):
    """Keeps the sliding windows that many nodes share."""

    async def take_place(self, window: str, places: int, length_ms: int) -> bool:
        """Take one of so many places; False, and nothing taken, where none is left.

        Raises:
            StoreError: it is not known whether one was taken.
        """
        ...


class SharedLimits:
    """Sliding windows of all nodes together.

    Args:
        windows: keeps them.
        key: makes names of windows out of what is counted, which is not for the store to read.
    """

    def __init__(self, windows: Windows, key: bytes) -> None:
        """Keep nothing here."""
        self._windows = windows
        self._key = key

    async def take(self, name: str, what: str, most: int, window_ms: int) -> bool:
        """Take one for something; where the store does not say, this node's own count is enough."""
        digest = hmac.new(self._key, f"{name} {what}".encode(), "sha256").hexdigest()[:32]
        try:
            async with asyncio.timeout(PLACE_S):
                return await self._windows.take_place(f"{name}:{digest}", most, window_ms)
        except (StoreError, TimeoutError) as problem:
            log.warning("a mail is not counted among those of all nodes: %r", problem)
            return True
