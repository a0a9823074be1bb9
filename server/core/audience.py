"""Readerships: who sees which fields. The marks of `protocol.privacy` are read here alone."""

from enum import IntFlag
from functools import cache

from pydantic import BaseModel

from protocol.privacy import Seen, marks


class Audience(IntFlag):
    """A readership with the same rights to see."""

    ROOM = 0
    """Speakers and viewers: names, roles, counts."""
    STAFF = 1
    """Sees e-mails, the waiting list, by which link a guest came."""
    INVITERS = 2
    """Sees the ledger."""

    def sees(self, mark: Seen) -> bool:
        """Say whether fields of that mark are for this audience."""
        match mark:
            case Seen.ALL:
                return True
            case Seen.STAFF:
                return Audience.STAFF in self
            case Seen.INVITERS:
                return Audience.INVITERS in self
            case _:
                return False


@cache
def hidden_fields(model: type[BaseModel], audience: Audience) -> tuple[str, ...]:
    """List the fields of a model that an audience may not see."""
    return tuple(name for name, mark in marks(model).items() if not audience.sees(mark))
