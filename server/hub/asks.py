"""Wishes that wait in a room, and the answers that they get."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from protocol.commands import Command
from protocol.errors import ErrorCode
from protocol.ids import CommandId
from server.core.actors import Actor
from server.core.decide import Rejected
from server.core.orders import Order
from server.hub.tracing import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A wish that was granted: it is in the log, at this version at the latest."""

    version: int
    result: dict[str, Any] = field(default_factory=dict)


Outcome = Settled | Rejected


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ask:
    """A wish, and who waits for its answer.

    Args:
        seed: random bytes; decided again after a lost race, the wish makes the same ids.
        answer: whoever has gone away meanwhile has cancelled it, which changes nothing else.
        asked_at: seconds of the steady clock.
        trace: follows it; None when nobody does.
    """

    wish: Command | Order
    actor: Actor
    command_id: CommandId | None
    seed: bytes
    answer: asyncio.Future[Outcome]
    asked_at: float
    trace: Trace | None = None

    @property
    def is_given_up(self) -> bool:
        """Say whether nobody waits for the answer any more."""
        return self.answer.cancelled()

    @property
    def is_refused(self) -> bool:
        """Say whether the answer was no."""
        is_answered = self.answer.done() and not self.is_given_up
        return is_answered and isinstance(self.answer.result(), Rejected)

    def settle(self, outcome: Outcome) -> None:
        """Give the answer, unless one was given before."""
        if not self.answer.done():
            self.answer.set_result(outcome)
            if self.trace is not None and isinstance(outcome, Rejected):
                self.trace.ended(outcome.code)


class Asks:
    """The wishes of one room, in the order in which they came, and only so many."""

    def __init__(self, limit: int) -> None:
        """Start with none."""
        self._limit = limit
        self._waiting: deque[Ask] = deque()

    def __len__(self) -> int:
        """Count those that wait."""
        return len(self._waiting)

    def add(self, ask: Ask) -> bool:
        """Let a wish wait; False when too many do."""
        if len(self._waiting) >= self._limit:
            return False
        self._waiting.append(ask)
        return True

    def take(self, count: int) -> list[Ask]:
        """Take those that came first, at most `count` of them."""
        return [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]

    def refuse_all(self, code: ErrorCode) -> None:
        """Answer all that wait with the same refusal."""
        while self._waiting:
            self._waiting.popleft().settle(Rejected(code=code))
