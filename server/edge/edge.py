"""What every handler of the edge is handed."""

from dataclasses import dataclass

from structlog.contextvars import bind_contextvars

from protocol.errors import ErrorCode
from protocol.ids import RoomId
from server.core.actors import Actor
from server.core.orders import Order
from server.edge.entry_count import EntryCount
from server.edge.feeds import Feeds
from server.edge.holdings import Holdings
from server.edge.intake import Intake
from server.edge.limits import Limits, RateLimit
from server.edge.ports import Directory, Media, Outbox, Post, Webhooks
from server.edge.records import Records
from server.edge.replies import Denied
from server.edge.settings import EdgeSecrets, EdgeSettings
from server.edge.sockets import Sockets
from server.hub.hub import Hub
from server.hub.room import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The hub, and all that the edge has of its own.

    Args:
        outbox: where mails lie when there is no mail server; None when there is one.
        webhooks: tells platforms what happens.
        media: lets people into the media plane; None when there is no media server.
    """

    hub: Hub
    settings: EdgeSettings
    secrets: EdgeSecrets
    directory: Directory
    post: Post
    outbox: Outbox | None
    webhooks: Webhooks
    media: Media | None
    limits: Limits
    records: Records
    feeds: Feeds
    sockets: Sockets
    intake: Intake
    entries: EntryCount
    holdings: Holdings

    @property
    def now(self) -> int:
        """The moment, ms UTC."""
        return self.hub.world.clock()

    async def let_in(self, room: RoomId, order: Order, actor: Actor) -> Outcome:
        """Have somebody let in who stands at a door, when it is their turn.

        Raises:
            Denied: `overloaded`: too many come at once; nothing was asked.
        """
        # One that has to be opened first takes nobody else's place meanwhile.
        if await self.hub.room(room) is not None:
            bind_contextvars(room_id=room)
        async with self.intake.joining():
            return await self.hub.ask(room, order, actor)

    def fresh_id(self, prefix: str) -> str:
        """Make an id of 96 random bits that nobody can guess."""
        return f"{prefix}_{self.hub.world.entropy(12).hex()}"


async def take(limit: RateLimit, key: str) -> None:
    """Take one from a rate limit.

    Raises:
        Denied: `rate_limited`, with the time to wait.
        StoreError: it is shared by many nodes, and cannot be asked now.
    """
    wait_s = await limit.take(key)
    if wait_s:
        raise Denied(ErrorCode.RATE_LIMITED, retry_after_s=wait_s)


async def refuse_exhausted(limit: RateLimit, key: str) -> None:
    """Refuse while nothing is left in a rate limit, without taking anything.

    Raises:
        Denied: `rate_limited`, with the time to wait.
        StoreError: it is shared by many nodes, and cannot be asked now.
    """
    wait_s = await limit.wait_s(key)
    if wait_s:
        raise Denied(ErrorCode.RATE_LIMITED, retry_after_s=wait_s)
