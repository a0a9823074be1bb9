"""A record of the log: the events of one decided command, and which command that was."""

from dataclasses import dataclass

from server.core.chain import AuditHead
from server.core.events import Event
from server.core.state import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One step of a room, all or nothing. Its place in the log is its version.

    Args:
        at: when it was decided, ms UTC.
        by: who did it (`Actor.key`), for the audit log; empty for the server itself.
        announcements: how many facts for the outside are in it (`server.core.announcements`).
        audit: the newest line of the audit log after it, if it has any (`server.core.audit`).
    """

    at: int
    events: tuple[Event, ...]
    cause: Cause | None = None
    by: str = ""
    announcements: int = 0
    audit: AuditHead | None = None
