"""What travels over the socket, both ways, in the order in which it happens.

A connection: `hello` → `welcome`, `you`; then `watch` → `snapshot`, `delta` …, and `do` →
`reply` at any time. Somebody at a gate gets `you` and nothing of the room until it opens.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from protocol.commands import Command
from protocol.deltas import ViewDelta
from protocol.errors import REFUSALS, ErrorCode
from protocol.ids import Checked, CommandId, ConnectionId, ParticipantId, SessionId
from protocol.model import Wire
from protocol.roles import EndReason
from protocol.text import Millis
from protocol.version import WIRE_VERSIONS
from protocol.views import SelfView, View, Window


class Position(Wire):
    """A place in a room's log. Versions compare only within an epoch."""

    epoch: Annotated[str, Field(max_length=40)]
    version: Annotated[int, Field(ge=0, le=2**53)]


# --- from the client -----------------------------------------------------------------------


class Hello(Wire):
    """The first message. `resume` names the position of the last view that the client holds."""

    type: Literal["hello"] = "hello"
    wire_version: Annotated[int, Field(ge=0, le=1_000_000)]
    resume: Position | None = None
    window: Window | None = None


class Watch(Wire):
    """Look at this part of the tab from now on; answered by a snapshot."""

    type: Literal["watch"] = "watch"
    window: Window


class Unwatch(Wire):
    """Look at nothing; only `you`, notices and replies come."""

    type: Literal["unwatch"] = "unwatch"


class Do(Wire):
    """Carry a command. The same id with the same body again has no second effect."""

    type: Literal["do"] = "do"
    id: Checked[CommandId]
    command: Command


class Pong(Wire):
    """The answer to a ping."""

    type: Literal["pong"] = "pong"


ClientMessage = Annotated[Hello | Watch | Unwatch | Do | Pong, Field(discriminator="type")]


# --- from the server -----------------------------------------------------------------------


class Welcome(Wire):
    """The answer to hello."""

    type: Literal["welcome"] = "welcome"
    wire_version: int
    session_id: SessionId
    participant_id: ParticipantId
    connection_id: ConnectionId
    server_time: Millis
    ping_ms: int
    """How often a ping comes; a client that misses two reconnects."""
    is_resumed: bool = False
    """The client's view is still current at its position: no snapshot follows."""


class You(Wire):
    """The participant's own state, whenever it changes."""

    type: Literal["you"] = "you"
    you: SelfView


class Snapshot(Wire):
    """A whole view."""

    type: Literal["snapshot"] = "snapshot"
    position: Position
    view: View


class Delta(Wire):
    """What changed since the view at `base`. A client that holds another one watches again."""

    type: Literal["delta"] = "delta"
    base: int
    position: Position
    delta: ViewDelta


class Problem(Wire):
    """A refusal, the same over the socket and HTTP (there as `application/problem+json`)."""

    code: ErrorCode
    sentence: str
    again: bool
    retry_after_ms: int | None = None
    where: str | None = None
    """Which field was not understood, for `bad_request`."""
    end_reason: EndReason | None = None
    """Why the session is over, for `session_ended` told to those inside."""
    wire_versions: Annotated[tuple[int, ...], Field(max_length=20)] | None = None
    """Which wire versions are spoken here, for `version_unsupported`."""

    @classmethod
    def of(
        cls, code: ErrorCode, *, retry_after_ms: int | None = None, where: str | None = None
    ) -> "Problem":
        """Make the problem of a code, with its sentence out of the table."""
        refusal = REFUSALS[code]
        return cls(
            code=code,
            sentence=refusal.sentence,
            again=refusal.again,
            retry_after_ms=retry_after_ms,
            where=where,
            wire_versions=WIRE_VERSIONS if code is ErrorCode.VERSION_UNSUPPORTED else None,
        )


class Reply(Wire):
    """The answer to a command: done (it is in the log) or refused (nothing changed)."""

    type: Literal["reply"] = "reply"
    id: CommandId
    is_done: bool
    version: int | None = None
    result: dict[str, Any] | None = None
    problem: Problem | None = None


class NoticeKind(StrEnum):
    """What a participant is told beside the change itself."""

    ROLE_CHANGED = "role_changed"
    RIGHTS_CHANGED = "rights_changed"
    RENAMED = "renamed"
    MUTED = "muted"
    CAMERA_TURNED_OFF = "camera_turned_off"
    UNMUTE_REQUESTED = "unmute_requested"
    HARD_MUTED = "hard_muted"
    HARD_MUTE_RELEASED = "hard_mute_released"
    HAND_LOWERED = "hand_lowered"
    STAGE_OFFERED = "stage_offered"
    STAGE_OFFER_REVOKED = "stage_offer_revoked"
    STAGE_REQUEST_DECLINED = "stage_request_declined"
    REMOVED_FROM_STAGE = "removed_from_stage"
    ADMITTED = "admitted"
    SENT_BACK = "sent_back"
    OTHER_DEVICE_JOINED = "other_device_joined"


class Notice(Wire):
    """Something happened to you, and by whom."""

    type: Literal["notice"] = "notice"
    kind: NoticeKind
    by: str | None = None
    """The displayed name of who did it."""
    role: str | None = None


class Ping(Wire):
    """Still there? Answer with a pong."""

    type: Literal["ping"] = "ping"
    is_stale: Literal[True] | None = None
    """What is shown may be out of date, and nothing can be changed: the server does not reach
    its store. Left out by the first ping after it does."""


class Goodbye(Wire):
    """The last message before a close, because browsers show little of close reasons."""

    type: Literal["goodbye"] = "goodbye"
    problem: Problem


ServerMessage = Annotated[
    Welcome | You | Snapshot | Delta | Reply | Notice | Ping | Goodbye,
    Field(discriminator="type"),
]
