"""A feed of counts, for pages that show a number and no list: Server-Sent Events.

Nothing is queued. A feed only remembers which of its entries have changed; when its time has
come it looks at those and sends what differs from what it sent last. A reader who takes nothing
is dropped. Who may know what is asked again at every look.

Source: HTML Living Standard, section 9.2, server-sent events.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from protocol.errors import ErrorCode
from protocol.http import EntryNews
from protocol.ids import RoomId
from server.edge.bodies import checked_id, query_in
from server.edge.callers import Caller, caller_of, need_scope, standing
from server.edge.edge import Edge
from server.edge.media import counts_for, part_of, view_of
from server.edge.openapi import EVENTS
from server.edge.ports import Scope as KeyScope
from server.edge.replies import Denied
from server.hub.listeners import Tell
from server.hub.room import Room
from server.store.interface import StoreError

log = logging.getLogger(__name__)

MAX_ENTRIES = 50
MAX_CHARS = 8_000
LOOKS_PER_S = 1_000
"""What the feeds of one room may cost together: the more there are, the slower each is."""
SLOWEST_S = 30.0
BACK_FIRST_MS = 500
BACK_SPREAD_MS = 5_000
"""Readers of a node that ends come back spread over this time."""


async def feed(edge: Edge, request: Request) -> Response:
    """Follow the counts of some entries for as long as the reader is there."""
    caller = await caller_of(edge, request)
    need_scope(caller, KeyScope.READ, KeyScope.ENTRIES)
    if not caller.is_known:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    text = query_in(request, "entries", max_chars=MAX_CHARS)
    ids = tuple(dict.fromkeys(RoomId(checked_id(one)) for one in text.split(",") if one))
    if not 1 <= len(ids) <= MAX_ENTRIES:
        raise Denied(ErrorCode.BAD_REQUEST, where="entries")
    edge.feeds.refuse_more(_name(caller))
    for room_id in ids:
        if (await look(edge, caller, room_id)).stamp:
            return FeedReply(Feed(edge, caller, ids))
    raise Denied(ErrorCode.NOT_FOUND)


async def look(edge: Edge, caller: Caller, room_id: RoomId) -> EntryNews:
    """Say how an entry stands for somebody.

    Raises:
        StoreError: that is not known now.
    """
    try:
        found = await standing(edge, caller, room_id)
        room = await edge.hub.room(room_id)
        if room is None:
            return EntryNews(entry_id=room_id)
        view = view_of(edge, caller, found, room)
    except Denied:
        return EntryNews(entry_id=room_id)
    rest = view.model_copy(update={"people": None}).model_dump_json()
    is_shown_counts = bool(found.rights) or part_of(caller, found.state) is not None
    return EntryNews(
        entry_id=room_id,
        session_id=view.session_id,
        session_state=view.session_state,
        counts=counts_for(edge, found, room) if is_shown_counts else None,
        stamp=blake2b(rest.encode(), digest_size=8).hexdigest(),
    )


def _name(caller: Caller) -> str:
    """Say whose feed it is; the address of a guest may be that of a whole campus."""
    is_guest = caller.key is None and caller.account is None
    return f"device:{caller.device_id}" if is_guest else caller.name


class Feed:
    """One reader's feed."""

    def __init__(self, edge: Edge, caller: Caller, ids: Sequence[RoomId]) -> None:
        """Prepare; `run` follows."""
        self._edge = edge
        self._caller = caller
        self._ids = ids
        self._due = set(ids)
        self._sent: dict[RoomId, EntryNews] = {}
        self._heard: dict[RoomId, tuple[Room, Tell]] = {}
        self._has_changed = asyncio.Event()
        self._is_over = asyncio.Event()

    @property
    def send_timeout_s(self) -> float:
        """How long the reader may take nothing."""
        return self._edge.settings.send_timeout_s

    async def run(self, say: Callable[[str], Awaitable[None]]) -> None:
        """Say what changes until it is time to end; `say` takes whole events."""
        settings = self._edge.settings
        monotonic = self._edge.hub.world.monotonic
        until = monotonic() + settings.feed_life_s
        with self._edge.feeds.opened(_name(self._caller)):
            try:
                while not self._edge.hub.is_stopping and monotonic() < until:
                    for news in await self._news():
                        await say(
                            f"event: counts\ndata: {news.model_dump_json(exclude_none=True)}\n\n"
                        )
                    await self._pass(self._is_over, self._pace_s())
                    if not await self._pass(self._has_changed, settings.feed_beat_s):
                        # Time alone changes things too: a link runs out, a session begins.
                        self._due.update(self._ids)
                        await say("event: beat\ndata:\n\n")
                    self._has_changed.clear()
                await say(f"retry: {self._back_ms()}\n\n")
            finally:
                for room_id in tuple(self._heard):
                    self._unlisten(room_id)

    async def _news(self) -> list[EntryNews]:
        """Look at what is due, and take what differs from what was sent last."""
        found = []
        due, self._due = sorted(self._due), set()
        for room_id in due:
            try:
                # First listened to, then looked at: nothing falls in between.
                await self._listen(room_id)
                news = await look(self._edge, self._caller, room_id)
            except StoreError:
                # The last number is better than none; the next beat looks again.
                continue
            if not news.stamp:
                self._unlisten(room_id)
            if news != self._sent.get(room_id):
                self._sent[room_id] = news
                found.append(news)
        return found

    async def _listen(self, room_id: RoomId) -> None:
        """Hear of changes in a room, also in one that takes the place of another."""
        room = await self._edge.hub.room(room_id)
        known = self._heard.get(room_id)
        if room is None or (known is not None and known[0] is room):
            return

        def tell() -> None:
            self._due.add(room_id)
            self._has_changed.set()
            if self._edge.hub.is_stopping:
                self._is_over.set()

        self._unlisten(room_id)
        room.listen(tell)
        self._heard[room_id] = (room, tell)

    def _unlisten(self, room_id: RoomId) -> None:
        known = self._heard.pop(room_id, None)
        if known is not None:
            room, tell = known
            room.unlisten(tell)

    def _pace_s(self) -> float:
        crowd = max((len(room.listeners) for room, _ in self._heard.values()), default=0)
        return min(SLOWEST_S, max(self._edge.settings.feed_pace_s, crowd / LOOKS_PER_S))

    def _back_ms(self) -> int:
        chance = int.from_bytes(self._edge.hub.world.entropy(4), "big") / 2**32
        return BACK_FIRST_MS + int(chance * BACK_SPREAD_MS)

    @staticmethod
    async def _pass(event: asyncio.Event, limit_s: float) -> bool:
        """Wait for something, but no longer than so long; say whether it has happened."""
        try:
            async with asyncio.timeout(limit_s):
                await event.wait()
        except TimeoutError:
            return False
        return True


class FeedReply(Response):
    """The reply that goes on for as long as its feed does."""

    def __init__(self, feed: Feed) -> None:
        """Make the head of it."""
        # Proxies that gather replies before they pass them on are asked not to.
        super().__init__(headers={"X-Accel-Buffering": "no"}, media_type=EVENTS)
        self._feed = feed
        self._is_stuck = False
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until either side has had enough."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        if scope["method"] == "GET":
            async with asyncio.TaskGroup() as tasks:
                writing = tasks.create_task(self._write(send), name="feed: write")
                gone = tasks.create_task(_until_gone(receive), name="feed: read")
                await asyncio.wait((writing, gone), return_when=asyncio.FIRST_COMPLETED)
                writing.cancel()
                gone.cancel()
        if not self._is_stuck:
            await send({"type": "http.response.body", "body": b""})

    async def _write(self, send: Send) -> None:
        async def say(text: str) -> None:
            async with asyncio.timeout(self._feed.send_timeout_s):
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})

        try:
            await self._feed.run(say)
        except TimeoutError:
            log.info("a reader of a feed took nothing for too long")
            self._is_stuck = True


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
