"""Hints of new versions inside one process: the newest only, however slow the reader."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from protocol.ids import RoomId


class Follower(AsyncIterator[int]):
    """One reader's place: the newest version that it has not seen, and nothing else."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self._newest = 0
        self._news = asyncio.Event()
        self._is_over = False

    def tell(self, version: int) -> None:
        """Leave a version, in the place of an older one."""
        self._newest = max(self._newest, version)
        self._news.set()

    def end(self) -> None:
        """Let the reader's loop come to its end."""
        self._is_over = True
        self._news.set()

    async def __anext__(self) -> int:
        """Wait for news. A cancelled wait loses none."""
        await self._news.wait()
        if self._is_over:
            raise StopAsyncIteration
        self._news.clear()
        return self._newest


class Hints:
    """Who follows which room. Used on one event loop."""

    def __init__(self) -> None:
        """Begin with no followers."""
        self._followers: dict[RoomId, set[Follower]] = {}
        self._is_over = False

    def tell(self, room: RoomId, version: int) -> None:
        """Tell the followers of a room."""
        for follower in self._followers.get(room, ()):
            follower.tell(version)

    @contextmanager
    def follow(self, room: RoomId) -> Iterator[Follower]:
        """Follow a room."""
        follower = Follower()
        if self._is_over:
            follower.end()
        self._followers.setdefault(room, set()).add(follower)
        try:
            yield follower
        finally:
            followers = self._followers[room]
            followers.remove(follower)
            if not followers:
                del self._followers[room]

    def end(self) -> None:
        """End every follower's loop, now and later."""
        self._is_over = True
        for followers in self._followers.values():
            for follower in followers:
                follower.end()
