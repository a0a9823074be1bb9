"""Rate limits: token buckets in bounded memory, on a clock that is handed in."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Protocol

from server.edge.ports import Tokens
from server.edge.settings import Rate, Rates

MAX_KEYS = 50_000
"""Buckets kept; beyond, the one that was used longest ago is forgotten."""


class Bucket:
    """One bucket: full at first, emptied by use, filled by time.

    Example:
        >>> seconds = iter([0.0, 0.0, 0.0, 0.5])
        >>> bucket = Bucket(Rate(burst=1, per_s=2), lambda: next(seconds))
        >>> bucket.take(), bucket.take(), bucket.take()
        (0.0, 0.5, 0.0)
    """

    __slots__ = ("_at", "_clock", "_level", "_rate")

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        """Start full. The clock tells seconds and never steps back."""
        self._rate = rate
        self._clock = clock
        self._level = float(rate.burst)
        self._at = clock()

    def wait_s(self) -> float:
        """Say in how many seconds there is something to take; 0.0 for now."""
        now = self._clock()
        self._level = min(self._rate.burst, self._level + (now - self._at) * self._rate.per_s)
        self._at = now
        return 0.0 if self._level >= 1 else (1 - self._level) / self._rate.per_s

    def take(self) -> float:
        """Take one, if there is one.

        Returns:
            0.0 when it was taken, else in how many seconds to try again.
        """
        wait_s = self.wait_s()
        if wait_s == 0.0:
            self._level -= 1
        return wait_s

    @property
    def is_full(self) -> bool:
        """Nothing was taken that has not come back."""
        self.wait_s()
        return self._level >= self._rate.burst


class Buckets:
    """A bucket for each key, for as long as it matters.

    Args:
        rate: of each bucket.
        clock: seconds, never stepping back.
        max_keys: buckets kept.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float], *, max_keys: int = MAX_KEYS) -> None:
        """Start without any."""
        self._rate = rate
        self._clock = clock
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        """Count the buckets in memory."""
        return len(self._buckets)

    def wait_s(self, key: str) -> float:
        """Say how long a key has to wait, without taking anything."""
        bucket = self._buckets.get(key)
        return bucket.wait_s() if bucket else 0.0

    def take(self, key: str) -> float:
        """Take one for a key; see `Bucket.take`."""
        bucket = self._buckets.get(key)
        if bucket is None:
            self._make_room()
            bucket = self._buckets[key] = Bucket(self._rate, self._clock)
        self._buckets.move_to_end(key)
        return bucket.take()

    def _make_room(self) -> None:
        """Forget a few full buckets, which say nothing, and the oldest if it must be."""
        for _ in range(2):
            if self._buckets and next(iter(self._buckets.values())).is_full:
                self._buckets.popitem(last=False)
        while len(self._buckets) >= self._max_keys:
            self._buckets.popitem(last=False)


class RateLimit(Protocol):
    """One rate limit, with a bucket for each key."""

    async def take(self, key: str) -> float:
        """Take one for a key; see `Bucket.take`."""
        ...

    async def wait_s(self, key: str) -> float:
        """Say how long a key has to wait, without taking anything."""
        ...


class OwnLimit:
    """A rate limit of this process alone."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        """Start with every bucket full."""
        self._buckets = Buckets(rate, clock)

    async def take(self, key: str) -> float:
        """See `RateLimit.take`."""
        return self._buckets.take(key)

    async def wait_s(self, key: str) -> float:
        """See `RateLimit.wait_s`."""
        return self._buckets.wait_s(key)


class SharedLimit:
    """A rate limit that many nodes keep together, exactly.

    Args:
        name: of the limit.
        rate: of each bucket.
        tokens: keeps the buckets.
    """

    def __init__(self, name: str, rate: Rate, tokens: Tokens) -> None:
        """Keep nothing here."""
        self._name = name
        self._rate = rate
        self._tokens = tokens

    async def take(self, key: str) -> float:
        """See `RateLimit.take`."""
        return await self._ask(key, 1)

    async def wait_s(self, key: str) -> float:
        """See `RateLimit.wait_s`."""
        return await self._ask(key, 0)

    async def _ask(self, key: str, count: int) -> float:
        # Keys hold addresses of people, which are not for the store to read.
        digest = sha256(key.encode()).hexdigest()[:32]
        bucket = f"{self._name}:{digest}"
        return await self._tokens.take_token(bucket, self._rate.burst, self._rate.per_s, count)


class Limits:
    """Every rate limit: of this process, or of many nodes together."""

    def __init__(
        self, rates: Rates, clock: Callable[[], float], tokens: Tokens | None = None
    ) -> None:
        """Make the buckets, all full.

        Args:
            clock: seconds, never stepping back; for limits of this process.
            tokens: keeps the buckets where many nodes share them.
        """

        def limit(name: str, rate: Rate) -> RateLimit:
            return OwnLimit(rate, clock) if tokens is None else SharedLimit(name, rate, tokens)

        self.doors_per_address = limit("doors", rates.doors_per_address)
        self.misses_per_address = limit("misses", rates.misses_per_address)
        self.misses_per_link = limit("link misses", rates.misses_per_link)
        self.misses_per_email = limit("email misses", rates.misses_per_email)
        self.codes_per_email = limit("codes", rates.codes_per_email)
        self.redemptions_per_link = limit("redemptions", rates.redemptions_per_link)
        self.writes_per_caller = limit("writes", rates.writes_per_caller)
        self.searches_per_caller = limit("searches", rates.searches_per_caller)
        self.sockets_per_address = limit("sockets", rates.sockets_per_address)
