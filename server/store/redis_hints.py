"""Hints of new versions from Redis: pub/sub, sharded on a Cluster.

A hint only makes things fast, so nothing here has to be right for the replicas to be. One
connection for each server carries all channels of it. When a connection is lost, its channels
are asked for again after a pause with jitter, and whoever follows them is told to look.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from protocol.ids import RoomId
from server.store.hints import Follower, Hints
from server.store.interface import StoreError
from server.store.redis_keys import Names
from server.store.redis_wire import Wire, cancellable

log = logging.getLogger(__name__)

LOOKED_AT_ONCE = 500
"""Logs whose heads are asked for in one go, after a connection was lost."""
SETTLE_S = 1.0
"""How often it is looked which server carries which channel."""
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0
LISTEN_S = 5.0
"""After so long a silence the server is asked whether it is still there."""

Owner = tuple[str, int] | None


class Subscriptions:
    """Who follows which room, and one listener for each server that carries their channels.

    Args:
        on_word: hears what else is said on a room's channel; gets the channel and the word.
    """

    def __init__(
        self,
        wire: Wire,
        names: Names,
        on_word: Callable[[str, bytes], None],
        *,
        is_sharded: bool,
    ) -> None:
        """Follow nothing yet; `run` does the work."""
        self.on_word = on_word
        self._wire = wire
        self._names = names
        self._is_sharded = is_sharded
        self._hints = Hints()
        self._followed: dict[RoomId, int] = {}
        self._rooms: dict[str, RoomId] = {}
        self._changed = asyncio.Event()
        self._listeners: dict[Owner, _Listener] = {}

    @asynccontextmanager
    async def follow(self, room: RoomId) -> AsyncIterator[Follower]:
        """Hear of a room's new versions."""
        channel = self._names.room(room).channel
        self._followed[room] = self._followed.get(room, 0) + 1
        self._rooms[channel] = room
        self._changed.set()
        try:
            with self._hints.follow(room) as follower:
                yield follower
        finally:
            self._followed[room] -= 1
            if not self._followed[room]:
                del self._followed[room], self._rooms[channel]
                self._changed.set()

    def end(self) -> None:
        """End every follower's loop, now and later."""
        self._hints.end()

    async def run(self) -> None:
        """Keep listeners and subscriptions as they are wanted, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            try:
                while True:
                    self._share_out(tasks)
                    self._changed.clear()
                    try:
                        async with asyncio.timeout(SETTLE_S):
                            await self._changed.wait()
                    except TimeoutError:
                        pass
            finally:
                for listener in self._listeners.values():
                    listener.stop()

    def _share_out(self, tasks: asyncio.TaskGroup) -> None:
        """Give every channel to the listener of the server that carries it."""
        wanted: dict[Owner, set[str]] = {owner: set() for owner in self._listeners}
        for channel in self._rooms:
            try:
                owner = self._wire.owner(channel)
            except StoreError as problem:
                log.warning("nobody carries a channel: %s", problem)
                continue
            wanted.setdefault(owner, set()).add(channel)
        for owner, channels in wanted.items():
            listener = self._listeners.get(owner)
            if listener is None and channels:
                listener = _Listener(self, owner)
                self._listeners[owner] = listener
                listener.start(tasks)
            if listener is None:
                continue
            listener.want(frozenset(channels))
            # A server that carries nothing of ours any more, perhaps because it is gone.
            if not channels:
                listener.stop()
                del self._listeners[owner]

    def heard(self, channel: str, version: int) -> None:
        """Pass a hint on."""
        room = self._rooms.get(channel)
        if room is not None:
            self._hints.tell(room, version)

    async def look(self, channels: list[str]) -> None:
        """Tell where logs end whose hints were not heard for a while."""
        rooms = [(each, self._rooms[each]) for each in channels if each in self._rooms]
        versions = await self._wire.commands(
            [("HGET", self._names.room(room).meta, "version") for _, room in rooms]
        )
        for (channel, _), version in zip(rooms, versions, strict=True):
            if version is not None:
                self.heard(channel, int(version))

    def connect(self, owner: Owner) -> Redis:
        """Make a client that listens to a server."""
        return self._wire.listener(owner)

    @property
    def is_sharded(self) -> bool:
        """Say whether channels belong to servers."""
        return self._is_sharded

    def monotonic(self) -> float:
        """Tell seconds that never step back."""
        return asyncio.get_running_loop().time()


class _Listener:
    """One connection that listens."""

    def __init__(self, home: Subscriptions, owner: Owner) -> None:
        self._home = home
        self._owner = owner
        self._wanted: frozenset[str] = frozenset()
        self._changed = asyncio.Event()
        self._fresh: set[str] = set()
        self._has_fresh = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, tasks: asyncio.TaskGroup) -> None:
        self._task = tasks.create_task(self._run(), name=f"redis: listening to {self._owner}")

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def want(self, channels: frozenset[str]) -> None:
        if channels != self._wanted:
            self._wanted = channels
            self._changed.set()

    async def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            client = self._home.connect(self._owner)
            begun = self._home.monotonic()
            try:
                async with client.pubsub() as pubsub:
                    await pubsub.connect()
                    await self._listen(pubsub)
            except* (RedisError, StoreError, OSError, TimeoutError, ValueError) as problem:
                log.warning("hints from Redis are cut off: %r", problem.exceptions[0])
            finally:
                await _closed(client)
            # With jitter, so that nodes which were cut off together do not return together.
            if self._home.monotonic() - begun > LISTEN_S:
                pause_s = FIRST_PAUSE_S
            await asyncio.sleep(pause_s * (50 + secrets.randbelow(50)) / 100)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _listen(self, pubsub: PubSub) -> None:
        self._changed.set()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._subscribe(pubsub))
            tasks.create_task(self._hear(pubsub))
            tasks.create_task(self._look())

    async def _subscribe(self, pubsub: PubSub) -> None:
        """Ask for what is wanted and is not heard yet; give back the rest."""
        has: set[str] = set()
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = self._wanted
            subscribe = pubsub.ssubscribe if self._home.is_sharded else pubsub.subscribe
            unsubscribe = pubsub.sunsubscribe if self._home.is_sharded else pubsub.unsubscribe
            # One at a time: on a Cluster the channels of one command have to share a slot.
            with cancellable():
                for channel in wanted - has:
                    await subscribe(channel)
                for channel in has - wanted:
                    await unsubscribe(channel)
            has = set(wanted)

    async def _hear(self, pubsub: PubSub) -> None:
        while True:
            with cancellable():
                message = await pubsub.get_message(timeout=LISTEN_S)
                if message is None:
                    await pubsub.ping()
            if message is None or message["type"] == "pong":
                continue
            channel = message["channel"].decode()
            match message["type"]:
                case "message" | "smessage" if message["data"].isdigit():
                    self._home.heard(channel, int(message["data"]))
                case "message" | "smessage":
                    self._home.on_word(channel, message["data"])
                case "subscribe" | "ssubscribe":
                    self._fresh.add(channel)
                    self._has_fresh.set()
                case "unsubscribe" | "sunsubscribe" if channel in self._wanted:
                    raise ConnectionError(f"the server gave up the channel {channel}")
                case _:
                    pass

    async def _look(self) -> None:
        """Look where logs end that were just subscribed to: what was said before was not heard."""
        while True:
            await self._has_fresh.wait()
            some = [self._fresh.pop() for _ in range(min(LOOKED_AT_ONCE, len(self._fresh)))]
            if not self._fresh:
                self._has_fresh.clear()
            await self._home.look(some)


async def _closed(client: Redis) -> None:
    try:
        async with asyncio.timeout(1.0):
            await client.aclose()
    except (RedisError, OSError, TimeoutError):
        pass
