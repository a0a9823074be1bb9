"""A record of the log: the events of one decided command, and which command that was."""

from dataclasses import dataclass

from server.core.events import Event
from server.core.state import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One step of a room, all or nothing. Its place in the log is its version.

    Args:
        at: when it was decided, ms UTC.
        by: who did it (`Actor.key`), for the audit log; empty for the server itself.
    """

    at: int
    events: tuple[Event, ...]
    cause: Cause | None = None
    by: str = ""
