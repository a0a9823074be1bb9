"""What watchers hold: how new the view of each is, looked at without decoding it each time."""

import asyncio
import time

from load.process import LoadError
from load.wire import Wire
from protocol.codec import MSGPACK
from protocol.messages import Delta, Snapshot

HOLD_S = 300.0
KINDS = (b"\xa8snapshot", b"\xa5delta")
HEAD = 24
"""Within so many bytes a message says what it is."""
KEPT = 500


def is_view(payload: bytes) -> bool:
    """Say whether a message is a view, or a step to one."""
    head = payload[:HEAD]
    return KINDS[1] in head or KINDS[0] in head


class Views:
    """The newest position of every watcher's view."""

    def __init__(self) -> None:
        """Know nobody."""
        self._newest: dict[Wire, int] = {}
        self._firsts: dict[Wire, asyncio.Future[float]] = {}
        self._versions: dict[bytes, int] = {}
        """Of frames that many were sent."""

    def first(self, wire: Wire) -> "asyncio.Future[float]":
        """Get the moment, to come, of a watcher's next view."""
        found: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._firsts[wire] = found
        return found

    def forget(self, wire: Wire) -> None:
        """Wait for this one no more."""
        self._newest.pop(wire, None)
        self._firsts.pop(wire, None)

    def on_message(self, wire: Wire, payload: bytes) -> None:
        """Take what came over a wire."""
        if not is_view(payload):
            return
        first = self._firsts.pop(wire, None) if self._firsts else None
        if first is not None:
            first.set_result(time.perf_counter())
        self._newest[wire] = self._version(payload)

    def _version(self, payload: bytes) -> int:
        known = self._versions.get(payload)
        if known is None:
            message = MSGPACK.decode_server(payload)
            known = message.position.version if isinstance(message, Delta | Snapshot) else 0
            if len(self._versions) > KEPT:
                self._versions.clear()
            self._versions[payload] = known
        return known

    async def hold(self, version: int) -> float:
        """Wait until every watcher's view is at least so new; give that moment.

        Raises:
            LoadError: some are not, for a long time.
        """
        until = time.perf_counter() + HOLD_S
        while True:
            late = sum(1 for each in self._newest.values() if each < version)
            if not late:
                return time.perf_counter()
            if time.perf_counter() > until:
                raise LoadError(f"{late} of {len(self._newest)} views are older than {version}")
            await asyncio.sleep(0.01)
