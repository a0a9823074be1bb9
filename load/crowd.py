"""Many watchers at once, and the moment at which the last of them has heard."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from load.process import LoadError
from load.wire import OnMessage, Wire

HEAR_S = 300.0
LOOK_S = 5.0
"""How often it is looked whether those who have not heard are still there."""
OPENED_AT_ONCE = 100


async def opened_all(count: int, open_one: Callable[[int], Awaitable[Wire]]) -> list[Wire]:
    """Open sockets, so many at a time."""
    gate = asyncio.Semaphore(OPENED_AT_ONCE)

    async def one(number: int) -> Wire:
        async with gate:
            return await open_one(number)

    return list(await asyncio.gather(*(one(number) for number in range(count))))


class Crowd:
    """Watchers who all have to hear of something.

    Example: `crowd.expect()`, then cause it, then `await crowd.heard()`.
    """

    def __init__(self, wires: Sequence[Wire]) -> None:
        """Gather watchers that are connected."""
        self._wires = wires
        self._round = 0
        self._missing = 0
        self._mark = b""
        self._heard: asyncio.Future[float] | None = None
        self.look: OnMessage | None = None
        """Called for every message, while somebody wants to look into them."""
        for wire in wires:
            wire.on_message = self._on_message

    def __len__(self) -> int:
        """Count them."""
        return len(self._wires)

    @property
    def messages(self) -> int:
        """What all have heard so far."""
        return sum(wire.messages for wire in self._wires)

    @property
    def heard_bytes(self) -> int:
        """What came over all wires so far, headers and all."""
        return sum(wire.heard_bytes for wire in self._wires)

    @property
    def wires(self) -> Sequence[Wire]:
        """The watchers."""
        return self._wires

    def expect(self, mark: bytes = b"") -> None:
        """Wait from now on for one message to each that holds the mark, if there is one."""
        self._mark = mark
        self._round += 1
        self._missing = len(self._wires)
        self._heard = asyncio.get_running_loop().create_future()

    async def heard(self) -> float:
        """Wait until each has heard; give the moment, `time.perf_counter` seconds.

        Raises:
            LoadError: some have not, for a long time.
        """
        if self._heard is None:
            raise LoadError("nothing is expected")
        until = time.perf_counter() + HEAR_S
        while not self._heard.done():
            await asyncio.wait([self._heard], timeout=LOOK_S)
            if lost := sum(1 for wire in self._wires if not wire.is_open):
                raise LoadError(f"{lost} of {len(self)} have lost their connection")
            if time.perf_counter() > until:
                raise LoadError(f"{self._missing} of {len(self)} have heard nothing")
        return self._heard.result()

    async def reach(self, messages: int) -> None:
        """Wait until all together have heard so many messages since they are connected.

        Raises:
            LoadError: they have not, for a long time.
        """
        try:
            async with asyncio.timeout(HEAR_S):
                while self.messages < messages:  # noqa: ASYNC110 - counted, not told
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise LoadError(f"{messages - self.messages} messages were not heard") from None

    def _on_message(self, wire: Wire, payload: bytes) -> None:
        if self.look is not None:
            self.look(wire, payload)
        if wire.seen == self._round or not self._missing or self._mark not in payload:
            return
        wire.seen = self._round
        self._missing -= 1
        if not self._missing and self._heard is not None:
            self._heard.set_result(time.perf_counter())

    def close(self) -> None:
        """Let everybody go."""
        for wire in self._wires:
            wire.drop()
