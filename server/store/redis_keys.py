"""How keys and channels in Redis are named.

What belongs to one room carries the room's id as its hash tag, so that a script can touch all
of it and rooms spread over a Cluster. What belongs to none lies under one tag of its own.
"""

from dataclasses import dataclass

from protocol.ids import RoomId


@dataclass(frozen=True, slots=True)
class RoomKeys:
    """Keys of one room, all in one slot."""

    meta: str
    log: str
    stash: str
    channel: str
    turn: str
    queue: str

    def checkpoint(self, name: str) -> str:
        """Name the list that holds the parts of a checkpoint."""
        return f"{self.meta}:{name}"


@dataclass(frozen=True, slots=True)
class Names:
    """Every name, behind a prefix. Room ids hold no braces, so each tag is what it says."""

    prefix: str

    def room(self, room: RoomId) -> RoomKeys:
        """Name what belongs to a room."""
        base = f"{self.prefix}{{{room}}}"
        return RoomKeys(
            meta=f"{base}:meta",
            log=f"{base}:log",
            stash=f"{base}:stash",
            channel=f"{base}:news",
            turn=f"{base}:turn",
            queue=f"{base}:queue",
        )

    def shared(self, name: str) -> str:
        """Name something that belongs to no room."""
        return f"{self.prefix}{{shared}}:{name}"

    def table(self, table: str) -> tuple[str, str]:
        """Name the values of a table, and the order of their keys."""
        return self.shared(f"value:{table}"), self.shared(f"key:{table}")

    def rate(self, key: str) -> str:
        """Name a rate limit's bucket; these spread by themselves."""
        return f"{self.prefix}rate:{key}"

    def window(self, key: str) -> str:
        """Name a sliding window; these spread by themselves."""
        return f"{self.prefix}window:{key}"
