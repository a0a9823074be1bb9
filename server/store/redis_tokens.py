"""Rate limits that all nodes share: buckets of tokens in Redis, many asked in one go.

Each request asks several buckets, and a question costs more on the way than at Redis. So, as
appends do, questions that come while others are on their way go together with the next.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from server.store.interface import StoreError, Unavailable
from server.store.redis_keys import Names
from server.store.redis_wire import Wire

AT_ONCE = 200
"""Questions in one go."""
MAX_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class _Question:
    """What one caller asks of one bucket, and where the answer goes."""

    key: str
    args: tuple[int, str, int]
    answer: asyncio.Future[float]


class Tokens:
    """Takes tokens from buckets. One round trip is under way at a time."""

    def __init__(self, wire: Wire, names: Names) -> None:
        """Ask nothing yet."""
        self._wire = wire
        self._names = names
        self._waiting: deque[_Question] = deque()
        self._asking: asyncio.Task[None] | None = None

    async def take(self, bucket: str, burst: int, per_s: float, count: int) -> float:
        """Take tokens from a bucket, or with a count of 0 only look.

        Returns:
            0.0 when they were taken, else in how many seconds to try again.

        Raises:
            Unavailable: it is not known whether they were taken.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise Unavailable("Too many questions wait for Redis.")
        answer: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        key = self._names.rate(bucket)
        self._waiting.append(_Question(key, (burst, repr(per_s), count), answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name="redis: tokens")
        return await answer

    async def close(self) -> None:
        """Let what is under way come to its end."""
        if self._asking is not None:
            await asyncio.wait([self._asking])

    async def _ask(self) -> None:
        """Ask until nobody waits. Faults go to those who asked."""
        try:
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                await self._answer(some)
        finally:
            self._asking = None

    async def _answer(self, questions: list[_Question]) -> None:
        # A caller that was cancelled meanwhile has cancelled its future.
        try:
            waits = await self._wire.run_each(
                "take_token", [(question.key, question.args) for question in questions]
            )
        except StoreError as fault:
            for question in questions:
                if not question.answer.done():
                    question.answer.set_exception(fault)
            return
        for question, wait_ms in zip(questions, waits, strict=True):
            if not question.answer.done():
                question.answer.set_result(float(wait_ms) / 1000)
