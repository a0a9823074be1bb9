"""What a watcher sees: rows, groups, counts, the session, and one's own state.

A field that is not for everybody carries a mark (`protocol.privacy.Seen`); projection
leaves it out (null) for an audience that may not see it.
"""

from typing import Annotated

from pydantic import Field

from protocol.ids import (
    Checked,
    InvitationId,
    LinkId,
    ParticipantId,
    RoomId,
    SessionId,
)
from protocol.model import Wire
from protocol.privacy import Seen
from protocol.roles import (
    EndReason,
    EntryKind,
    Gate,
    Group,
    InvitationType,
    LedgerState,
    LinkState,
    MailState,
    Origin,
    Presence,
    Right,
    Role,
    SessionState,
    StageMode,
    StagePlace,
    WaitReason,
)
from protocol.text import Email, Millis, Name, ShortText

MAX_ROWS = 200
"""How many rows of one group a window may span."""


class Range(Wire):
    """A stretch of a group: `count` rows from position `first` (counted from 0)."""

    first: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    count: Annotated[int, Field(ge=0, le=MAX_ROWS)] = 50


class Window(Wire):
    """Which part of the tab a person looks at. With `search`, groups hold only matches.

    A group left out of `groups` sends no rows; its count is sent all the same.
    """

    groups: dict[Group, Range] = Field(
        default_factory=lambda: {
            Group.WAITING: Range(),
            Group.RAISED_HANDS: Range(),
            Group.ON_STAGE: Range(),
            Group.VIEWERS: Range(),
        }
    )
    search: Annotated[str, Field(max_length=100)] = ""


class Row(Wire):
    """One person in the tab."""

    id: ParticipantId
    name: str
    role: Role
    origin: Origin
    is_custom: bool = False
    presence: Presence
    devices: int = 1
    hand_raised_at: Millis | None = None
    stage: StagePlace = StagePlace.OFF
    on_stage_since: Millis | None = None
    has_microphone_on: bool = False
    has_camera_on: bool = False
    email: Annotated[str | None, Seen.STAFF] = None
    link_name: Annotated[str | None, Seen.STAFF] = None
    wait_reason: Annotated[WaitReason | None, Seen.STAFF] = None
    waiting_since: Annotated[Millis | None, Seen.STAFF] = None


class LedgerRow(Wire):
    """One invitation, for those who may invite; nobody else ever gets one."""

    id: InvitationId
    email: Annotated[str, Seen.INVITERS]
    name: Annotated[str, Seen.INVITERS]
    invitation_type: InvitationType
    state: LedgerState
    participant_id: ParticipantId | None = None
    invited_by: Annotated[str, Seen.INVITERS]
    invited_at: Millis
    expires_at: Millis | None = None
    uses: int = 0
    max_uses: int | None = None
    has_device: bool = False
    mail: MailState | None = None
    """How the newest mail fared; null when none was asked for."""


class Counts(Wire):
    """How many are in each group; always exact. `all` is everybody who is let in."""

    all: int = 0
    raised_hands: int = 0
    on_stage: int = 0
    viewers: int = 0
    waiting: Annotated[int | None, Seen.STAFF] = None
    invited: Annotated[int | None, Seen.INVITERS] = None


class SessionView(Wire):
    """The state of the session that everybody inside sees."""

    session_id: SessionId
    entry_id: RoomId
    entry_name: str
    kind: EntryKind
    state: SessionState
    is_locked: bool
    is_hard_muted: bool
    stage_mode: StageMode
    stage_capacity: int
    starts_at: Millis | None = None
    opened_at: Millis | None = None
    ended_at: Millis | None = None
    end_reason: EndReason | None = None
    host_absent_ends_at: Millis | None = None
    """When the session ends if no host or moderator comes back; visible to all."""
    shows_names: bool = True
    """Whether this audience is sent the rows of viewers."""


class GroupView(Wire):
    """The rows of one group inside the window. `rows` are `LedgerRow`s only in *invited*."""

    first: int = 0
    rows: tuple[Row, ...] = ()
    invitations: tuple[LedgerRow, ...] = ()


class View(Wire):
    """What an audience sees through a window."""

    session: SessionView
    counts: Counts
    matches: Counts | None = None
    """With a search: how many match in each group."""
    groups: dict[Group, GroupView] = Field(default_factory=dict)


class SelfView(Wire):
    """A participant's own state: what only they are told.

    While `gate` is set nothing else of the room is sent to them.
    """

    participant_id: ParticipantId
    session_id: SessionId
    entry_name: str
    name: str
    role: Role
    rights: tuple[Right, ...] = ()
    is_custom: bool = False
    origin: Origin
    gate: Gate | None = None
    wait_reason: WaitReason | None = None
    waiting_message: ShortText = ""
    starts_at: Millis | None = None
    ends_at: Millis | None = None
    """Told at the gates, for the calendars of those who wait."""
    hand_raised_at: Millis | None = None
    stage: StagePlace = StagePlace.OFF
    has_microphone_on: bool = False
    has_camera_on: bool = False
    is_hard_muted: bool = False
    devices: int = 1


class GuestLinkView(Wire):
    """A guest link as *Manage guest access* shows it. The URL carries the token."""

    id: LinkId
    name: str
    url: str
    state: LinkState
    uses: int
    max_uses: int | None = None
    inside: int = 0
    created_at: Millis
    expires_at: Millis | None = None
    is_paused: bool = False
    needs_approval: bool = False


class GuestAccessView(Wire):
    """The *Manage guest access* window."""

    is_on: bool
    links: tuple[GuestLinkView, ...] = ()


class BlockView(Wire):
    """One row of the list of the blocked."""

    id: str
    name: str
    email: str
    by: tuple[str, ...]
    link_name: str | None = None
    blocked_at: Millis
    blocked_by: str


class PersonView(Wire):
    """A known user, found by type-ahead."""

    account_id: str
    name: Name
    email: Email


__all__ = [
    "MAX_ROWS", "BlockView", "Checked", "Counts", "GroupView", "GuestAccessView",
    "GuestLinkView", "LedgerRow", "LinkId", "PersonView", "Range", "Row", "SelfView",
    "SessionView", "View", "Window",
]  # fmt: skip
