"""Many watchers at once, and the moment at which the last of them has heard."""

import asyncio
import time
from collections.abc import Sequence

from load.process import LoadError
from load.wire import OnMessage, Wire

HEAR_S = 60.0


class Crowd:
    """Watchers who all have to hear of something.

    Example: `crowd.expect()`, then cause it, then `await crowd.heard()`.
    """

    def __init__(self, wires: Sequence[Wire]) -> None:
        """Gather watchers that are connected."""
        self._wires = wires
        self._round = 0
        self._missing = 0
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

    def expect(self) -> None:
        """Wait from now on for one message to each."""
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
        try:
            async with asyncio.timeout(HEAR_S):
                return await self._heard
        except TimeoutError:
            raise LoadError(f"{self._missing} of {len(self)} have heard nothing") from None

    def _on_message(self, wire: Wire, payload: bytes) -> None:
        if self.look is not None:
            self.look(wire, payload)
        if wire.seen == self._round or not self._missing:
            return
        wire.seen = self._round
        self._missing -= 1
        if not self._missing and self._heard is not None:
            self._heard.set_result(time.perf_counter())

    def close(self) -> None:
        """Let everybody go."""
        for wire in self._wires:
            wire.drop()
