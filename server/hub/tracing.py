"""Where the hub says how far a command has come, for whoever follows single ones.

Nothing here knows who that is. Where nobody follows there is no `Traces` at all, and a command
costs one look at that.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from protocol.errors import ErrorCode
from protocol.ids import RoomId


class Stage(StrEnum):
    """What a command has behind it, in this order."""

    DECIDED = "decide"
    """The rules have said yes or no. The time before is that of waiting and of deciding."""
    APPENDED = "append"
    """It is in the log. After a lost race, deciding and appending come again."""
    APPLIED = "apply"
    """The replica and all that follows it know of it."""
    WRITTEN = "write"
    """The frames that show it were written to every socket of this node that takes one."""


class Trace(Protocol):
    """The way of one command. No method waits or raises."""

    def reached(self, stage: Stage) -> None:
        """Note that a stage is over."""
        ...

    def ended(self, refusal: ErrorCode | None) -> None:
        """Note the end: after the last stage, or with a refusal."""
        ...


class Traces(Protocol):
    """Follows commands."""

    def begin(self, name: str, room: RoomId) -> Trace | None:
        """Begin to follow a command that was received just now; None: not this one.

        Args:
            name: of the kind of command.
        """
        ...


def all_reached(traces: Iterable[Trace], stage: Stage) -> None:
    """Note that a stage is over for each of these."""
    for trace in traces:
        trace.reached(stage)


def all_ended(traces: Iterable[Trace]) -> None:
    """Note that these were carried out, and shown where they are to be shown."""
    for trace in traces:
        trace.ended(None)
