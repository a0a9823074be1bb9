"""What every handler of the edge is handed."""

from dataclasses import dataclass

from protocol.errors import ErrorCode
from server.edge.feeds import Feeds
from server.edge.limits import Limits, RateLimit
from server.edge.ports import Directory, Outbox, Post
from server.edge.records import Records
from server.edge.replies import Denied
from server.edge.settings import EdgeSecrets, EdgeSettings
from server.hub.hub import Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The hub, and all that the edge has of its own.

    Args:
        outbox: where mails lie when there is no mail server; None when there is one.
    """

    hub: Hub
    settings: EdgeSettings
    secrets: EdgeSecrets
    directory: Directory
    post: Post
    outbox: Outbox | None
    limits: Limits
    records: Records
    feeds: Feeds

    @property
    def now(self) -> int:
        """The moment, ms UTC."""
        return self.hub.world.clock()

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
