"""How far a room's log goes: by hints of other nodes' appends, and by asking now and then.

A hint only makes things fast. Lost, late, repeated or reordered ones, and a subscription that
has died in silence, are made good by the comparison with the head.

As with frames, the first news is read at once; while more keep coming, at most once per tick, and
all together: nobody would see them earlier, and a read costs more than what it brings. Whoever
has something to decide does not wait for that.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

from server.hub.replica import Replica
from server.hub.settings import HubSettings, World
from server.store.interface import Store, StoreError

log = logging.getLogger(__name__)

STALE_S = 1.0
"""Beyond two comparisons, for those that are slow."""


class News:
    """Tells when a replica has to read on."""

    def __init__(
        self,
        replica: Replica,
        store: Store,
        settings: HubSettings,
        world: World,
        wake: Callable[[], None],
    ) -> None:
        """Know of nothing yet.

        Args:
            wake: called when the replica has to read on.
        """
        self._replica = replica
        self._store = store
        self._settings = settings
        self._world = world
        self._wake = wake
        self._heard = 0
        self._is_in_doubt = False
        self._confirmed_at = world.monotonic()
        self._pace_s = settings.tick_ms / 1000
        self._read_next_at = 0.0
        self._waking: asyncio.TimerHandle | None = None

    @property
    def is_behind(self) -> bool:
        """Say whether the replica has to read on, as far as is known."""
        return self._is_in_doubt or self._heard > self._replica.position.version

    @property
    def is_stale(self) -> bool:
        """Say whether the store has not been heard of for longer than two comparisons take."""
        age_s = self._world.monotonic() - self._confirmed_at
        return age_s > 2 * self._settings.head_check_s + STALE_S

    def confirm(self) -> None:
        """Note that the store was reached."""
        self._confirmed_at = self._world.monotonic()

    def doubt(self) -> None:
        """Note that the log may not be where the replica is."""
        self._is_in_doubt = True
        self._wake()

    def begin_to_read(self) -> None:
        """Note that the replica reads on now: that settles what was heard before, and no more."""
        self._is_in_doubt = False
        self._heard = 0

    def was_read(self) -> None:
        """Note that the replica has read on."""
        self._read_next_at = self._world.monotonic() + self._pace_s
        self.confirm()

    async def run(self) -> None:
        """Listen until cancelled."""
        try:
            while True:
                try:
                    async with self._store.follow(self._replica.room) as hints:
                        await self._compare()
                        await self._listen(aiter(hints))
                except (StoreError, TimeoutError) as problem:
                    log.warning("room %s: hears nothing: %s", self._replica.room, problem)
                await asyncio.sleep(self._settings.head_check_s)
        finally:
            if self._waking is not None:
                self._waking.cancel()

    async def _listen(self, hints: AsyncIterator[int]) -> None:
        """Hear hints until they end. The head is asked for in time, however many there are."""
        compare_at = self._world.monotonic() + self._settings.head_check_s
        while True:
            try:
                async with asyncio.timeout(max(0.0, compare_at - self._world.monotonic())):
                    self._hear(await anext(hints))
            except TimeoutError:
                await self._compare()
                compare_at = self._world.monotonic() + self._settings.head_check_s
            except StopAsyncIteration:
                return

    def _hear(self, version: int) -> None:
        self._heard = max(self._heard, version)
        if not self.is_behind or self._waking is not None:
            return
        wait_s = max(0.0, self._read_next_at - self._world.monotonic())
        self._waking = asyncio.get_running_loop().call_later(wait_s, self._wake_if_behind)

    def _wake_if_behind(self) -> None:
        self._waking = None
        if self.is_behind:
            self._wake()

    async def _compare(self) -> None:
        try:
            async with asyncio.timeout(self._settings.append_timeout_s):
                head = await self._store.head(self._replica.room)
        except (StoreError, TimeoutError) as problem:
            log.warning("room %s: where the log ends is unknown: %s", self._replica.room, problem)
            return
        self.confirm()
        if head != self._replica.position:
            self.doubt()
