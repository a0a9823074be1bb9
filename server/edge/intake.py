"""How many people are let in at the same time: the others wait in a short line, or come back.

A server that begins everything it is asked to finishes nothing in time, and those who are inside
wait along with those who are not. So only so many joins are under way at once. A crowd that comes
in one breath stands in line. A line that does not get empty means that more come than can be let
in: it is cut to those who will not wait for long, and whoever finds it full is told to come back,
at next to no cost.

Sockets of people who were let in already go before new people at the doors, and their line is not
cut: it is only as long as the doors let it get, and when everybody comes back at once, all of them
have to be let in anyway.

Source: Nichols and Jacobson, Controlling Queue Delay (2012): a queue that stands is what hurts,
not one that is long for a moment.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from protocol.errors import ErrorCode
from server.edge.replies import Denied
from server.edge.settings import IntakeSettings

PACE_S = 0.25
"""Over so long it is measured how many are let in."""


class _Pace:
    """How many are let in a second, lately."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._since = monotonic()
        self._count = 0
        self.per_s = 0.0

    def note(self) -> None:
        """Count one."""
        self._count += 1
        took_s = self._monotonic() - self._since
        if took_s >= PACE_S:
            self.per_s = self._count / took_s
            self._since += took_s
            self._count = 0


class _Line:
    """Those who wait, in the order in which they came."""

    def __init__(
        self, settings: IntakeSettings, monotonic: Callable[[], float], pace: _Pace
    ) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._pace = pace
        self._began_at = 0.0
        self.waiting: deque[asyncio.Future[None]] = deque()

    @property
    def longest(self) -> int:
        """How many may wait now."""
        settings = self._settings
        has_stood = self._monotonic() - self._began_at > settings.standing_s
        if not self.waiting or not has_stood:
            return settings.line
        in_time = int(self._pace.per_s * settings.wait_s)
        return min(settings.line, max(settings.short_line, in_time))

    @property
    def is_full(self) -> bool:
        return len(self.waiting) >= self.longest

    def join(self) -> asyncio.Future[None]:
        if not self.waiting:
            self._began_at = self._monotonic()
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        return answer

    def surplus(self) -> list[asyncio.Future[None]]:
        """Take out those who came last and for whom a standing line has no place."""
        longest = self.longest
        return [self.waiting.pop() for _ in range(len(self.waiting) - longest)]


class Intake:
    """The joins of one node.

    Args:
        settings: how many there may be.
        monotonic: seconds, never stepping back.
        chance: a number from 0 to 1, drawn anew each time.
    """

    def __init__(
        self,
        settings: IntakeSettings,
        monotonic: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        """Start with nobody."""
        self._settings = settings
        self._chance = chance
        self._pace = _Pace(monotonic)
        known = replace(settings, short_line=settings.line)
        self._inside = _Line(known, monotonic, self._pace)
        self._doors = _Line(settings, monotonic, self._pace)
        self.under_way = 0

    @property
    def waiting(self) -> int:
        """Count those who wait."""
        return len(self._inside.waiting) + len(self._doors.waiting)

    def refuse_more(self, *, is_inside: bool = False) -> None:
        """Refuse at once whoever would find the line full.

        Raises:
            Denied: `overloaded`, with the time to wait.
        """
        if self._line(is_inside=is_inside).is_full:
            raise self._no()

    @asynccontextmanager
    async def joining(self, *, is_inside: bool = False) -> AsyncIterator[None]:
        """Hold one of the places of those who are let in, once there is one.

        Args:
            is_inside: of somebody who was let in before, and comes with a socket.

        Raises:
            Denied: `overloaded`: the line is full, or was cut short.
        """
        await self._begin(self._line(is_inside=is_inside))
        try:
            yield
        finally:
            self._end()

    def _line(self, *, is_inside: bool) -> _Line:
        return self._inside if is_inside else self._doors

    async def _begin(self, line: _Line) -> None:
        if self.under_way < self._settings.at_once:
            self.under_way += 1
            return
        if line.is_full:
            raise self._no()
        answer = line.join()
        try:
            await answer
        except asyncio.CancelledError:
            if answer.cancelled():
                with suppress(ValueError):
                    line.waiting.remove(answer)
            elif answer.exception() is None:
                self._end()  # The place was given in the same moment.
            raise
        finally:
            # Refused, it holds the exception, whose traceback holds this frame.
            del answer

    def _end(self) -> None:
        self.under_way -= 1
        self._pace.note()
        for line in (self._inside, self._doors):
            for answer in line.surplus():
                if not answer.done():
                    answer.set_exception(self._no())
            while line.waiting and self.under_way < self._settings.at_once:
                answer = line.waiting.popleft()
                if not answer.done():
                    self.under_way += 1
                    answer.set_result(None)

    def _no(self) -> Denied:
        least, most = self._settings.retry_s
        return Denied(ErrorCode.OVERLOADED, retry_after_s=least + self._chance() * (most - least))
