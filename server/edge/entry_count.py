"""How many entries there are, so that nobody makes them without end.

Counted in the store now and then, and by this process in between: where many nodes make entries
at once, each knows of the others' after a minute at the latest.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from protocol.errors import ErrorCode
from server.edge.ports import Directory
from server.edge.replies import Denied

PAGE = 1_000
FRESH_S = 60.0


class EntryCount:
    """The entries of the whole site, those included that were deleted: their records stay.

    Args:
        directory: lists them.
        most: how many there may be.
        monotonic: seconds, never stepping back.
    """

    def __init__(self, directory: Directory, most: int, monotonic: Callable[[], float]) -> None:
        """Count nothing yet."""
        self._directory = directory
        self._most = most
        self._monotonic = monotonic
        self._count = 0
        self._counted_at: float | None = None
        self._counting = asyncio.Lock()

    @asynccontextmanager
    async def one_more(self) -> AsyncIterator[None]:
        """Make one more entry; where that fails, it was not made.

        Raises:
            Denied: `too_large`, when there are as many as there may be.
            StoreError: it is not known how many there are.

        Cost: O(n) in the entries, once a minute.
        """
        async with self._counting:
            if self._is_old():
                self._count = await self._counted()
                self._counted_at = self._monotonic()
        if self._count >= self._most:
            raise Denied(ErrorCode.TOO_LARGE, where="entries")
        self._count += 1
        try:
            yield
        except BaseException:
            self._count -= 1
            raise

    def _is_old(self) -> bool:
        at = self._counted_at
        return at is None or self._monotonic() - at > FRESH_S

    async def _counted(self) -> int:
        count, after = 0, ""
        while page := await self._directory.entries(after, PAGE):
            count += len(page)
            after = page[-1]
        return count
