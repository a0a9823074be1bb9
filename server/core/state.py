"""What is true of a room: one immutable value, folded from the log by `evolve`.

Maps that grow with the room are persistent (`immutables`), so that a change costs O(log n) and a
draft of the next state can be thrown away. Ordered groups are not here: they are an index
over this state (`server.core.roster`).
"""

from dataclasses import dataclass, field

from immutables import Map

from protocol.content import Caption
from protocol.ids import (
    AccountId,
    BlockId,
    CommandId,
    ConnectionId,
    DeviceId,
    InvitationId,
    LinkId,
    NodeId,
    ParticipantId,
    PersonId,
    RoomId,
    SessionId,
)
from protocol.roles import (
    BlockBy,
    EndReason,
    EntryKind,
    Gate,
    InvitationType,
    Origin,
    Part,
    Presence,
    Right,
    Role,
    SessionState,
    StageMode,
    StagePlace,
    WaitReason,
)
from protocol.settings import EntrySettings
from server.core.chain import AuditHead
from server.core.person import Person
from server.core.quiz import QuizBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A piece of content with a media page; it outlives its sessions."""

    id: RoomId
    kind: EntryKind
    name: str
    description: str = ""
    content_url: str = ""
    captions: tuple[Caption, ...] = ()
    starts_at: int | None = None
    ends_at: int | None = None
    settings: EntrySettings = field(default_factory=EntrySettings)
    created_at: int
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborator:
    """An account with a lasting part in the entry."""

    account_id: AccountId
    person: Person
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLink:
    """One URL for anybody. Kept after deletion for the name of those who came by it."""

    id: LinkId
    name: str
    generation: int = 1
    created_at: int
    max_uses: int | None = None
    uses: int = 0
    expires_at: int | None = None
    is_paused: bool = False
    needs_approval: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Somebody agreed to the text of the guest form.

    Args:
        version: of the text (see `consent_version`); `RoomState.consents` has its words.
    """

    version: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestVisit:
    """Who came by a guest link on a device, so that a return is no new use."""

    link_id: LinkId
    generation: int
    person: Person
    participant_id: ParticipantId
    session_id: SessionId
    consent: Consent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A one-time code that was mailed. Only its digest is kept."""

    digest: str
    expires_at: int
    tries_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The record bound to one e-mail address.

    Args:
        valid_until: a moment of its own; None: until the session ends plus the entry's grace.
        mail: how the newest mail fared; `mails` numbers them, so that late news of an older
            one changes nothing.
    """

    id: InvitationId
    person: Person
    invitation_type: InvitationType
    generation: int = 1
    max_uses: int | None = 1
    uses: int = 0
    device_id: DeviceId | None = None
    created_at: int
    valid_until: int | None = None
    invited_by: Person
    language: str = "en"
    message: str = ""
    mails: int = 0
    mail: str = ""
    """`""` none, else a `MailState`."""
    opened_at: int | None = None
    redeemed_at: int | None = None
    revoked_at: int | None = None
    participant_id: ParticipantId | None = None
    code: Code | None = None
    codes_sent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One WebSocket of a participant, held by one node."""

    id: ConnectionId
    node_id: NodeId
    device_id: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What a role change replaced, for as long as it can be undone."""

    role: Role
    granted: frozenset[Right]
    revoked: frozenset[Right]
    by: ParticipantId | None
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedHands:
    """The hands that were lowered all at once, for as long as that can be undone.

    Args:
        hands: whose, and when each was raised.
    """

    hands: tuple[tuple[ParticipantId, int], ...]
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """One change of somebody's role in a session, for the attendance record.

    Args:
        by: who decided it; None when the log is from a time that did not say.
    """

    at: int
    before: Role
    after: Role
    by: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person in one session, however many tabs or devices.

    Args:
        link_generation: of the guest link when it was last used; a newer URL ends the old ones.
        earlier_invitations: redeemed before `invitation_id` in this session.
        kept_out: why they may not come in (`declined`, `removed`, `blocked`); empty: they may.
        expires_at: while *seat* or *reconnecting*: when they count as left.
        intervals: closed spans of presence, (from, to) in ms UTC.
        role_changes: the newest ones, the newest last; `older_role_changes` counts the rest.
        silent_since: since when the microphone is off on stage (the longest silent go first).
    """

    id: ParticipantId
    person: Person
    origin: Origin
    role: Role
    granted: frozenset[Right] = frozenset()
    revoked: frozenset[Right] = frozenset()
    account_id: AccountId | None = None
    link_id: LinkId | None = None
    link_generation: int = 0
    invitation_id: InvitationId | None = None
    earlier_invitations: tuple[InvitationId, ...] = ()
    device_id: DeviceId
    joined_at: int
    gate: Gate | None = None
    wait_reason: WaitReason | None = None
    waiting_since: int | None = None
    is_admitted: bool = False
    """Somebody let them in once this session, so approval is not asked again."""
    kept_out: str = ""
    presence: Presence = Presence.SEAT
    connections: tuple[Connection, ...] = ()
    expires_at: int | None = None
    present_since: int | None = None
    intervals: tuple[tuple[int, int], ...] = ()
    role_changes: tuple[RoleChange, ...] = ()
    older_role_changes: int = 0
    hand_raised_at: int | None = None
    hands: int = 0
    stage: StagePlace = StagePlace.OFF
    stage_since: int | None = None
    stage_ms: int = 0
    silent_since: int | None = None
    has_microphone_on: bool = False
    has_camera_on: bool = False
    undo: Undo | None = None
    consent: Consent | None = None

    @property
    def is_here(self) -> bool:
        """Shown in the tab: connected, or reconnecting within the grace time."""
        return self.presence in (Presence.PRESENT, Presence.RECONNECTING)

    @property
    def is_in(self) -> bool:
        """Admitted through all gates, and shown."""
        return self.gate is None and self.is_here

    @property
    def holds_place(self) -> bool:
        """Counts towards capacity: inside, at a gate, or with a seat held."""
        return self.presence is not Presence.LEFT

    @property
    def is_custom(self) -> bool:
        """Has single rights that the role alone would not give."""
        return bool(self.granted or self.revoked)

    @property
    def invitations(self) -> tuple[InvitationId, ...]:
        """Every invitation redeemed in this session, the newest last."""
        newest = () if self.invitation_id is None else (self.invitation_id,)
        return (*self.earlier_invitations, *newest)

    @property
    def device_ids(self) -> frozenset[DeviceId]:
        """The device that they came with last, and those on which they are connected."""
        return frozenset((self.device_id, *(c.device_id for c in self.connections)))

    @property
    def devices(self) -> int:
        """On how many devices they are connected."""
        return len({c.device_id for c in self.connections})


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRecord:
    """Somebody kept out of the entry, and by what they are recognised.

    Args:
        keys: identity keys (see `server.core.identity`); any one of them is enough.
    """

    id: BlockId
    participant_id: ParticipantId
    person: Person
    by: tuple[BlockBy, ...]
    keys: tuple[str, ...]
    link_id: LinkId | None = None
    blocked_at: int
    blocked_by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The command behind a record, so that its retry finds the first answer.

    Args:
        actor: who asked (`Actor.key`).
        digest: of the command's body; the same id with another body is refused.
        result: the answer that was given, as JSON.
    """

    actor: str
    command_id: CommandId
    digest: str
    result: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sitting of the room."""

    id: SessionId
    state: SessionState = SessionState.SCHEDULED
    created_at: int
    opened_at: int | None = None
    ended_at: int | None = None
    end_reason: EndReason | None = None
    is_locked: bool = False
    is_hard_muted: bool = False
    stage_mode: StageMode = StageMode.BY_REQUEST
    host_absent_ends_at: int | None = None
    waiting_message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A session that is over, as a line in the list of those with an attendance record.

    Args:
        people: how many were there at all.
    """

    id: SessionId
    opened_at: int | None = None
    ended_at: int | None = None
    people: int = 0


Members = Map[ParticipantId, None]
"""A set of participants: a persistent map without values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """Everything that is true of one entry and its current session.

    Below `participants` stand derived sets. They repeat what participants say, so that a bulk
    command or a bound costs nothing in the size of the room; `check` in the tests compares.
    """

    entry: Entry | None = None
    collaborators: Map[AccountId, Collaborator] = field(default_factory=Map)
    is_guest_access_on: bool = False
    links: Map[LinkId, GuestLink] = field(default_factory=Map)
    visits: Map[str, GuestVisit] = field(default_factory=Map)
    """By `<link id> <device id>`."""
    invitations: Map[InvitationId, Invitation] = field(default_factory=Map)
    invited: Map[PersonId, InvitationId] = field(default_factory=Map)
    blocks: Map[BlockId, BlockRecord] = field(default_factory=Map)
    blocked_keys: Map[str, BlockId] = field(default_factory=Map)
    session: Session | None = None
    session_ends: tuple[int, ...] = ()
    """When sessions ended, the newest last: an invitation does not outlive its own."""
    sittings: tuple[Sitting, ...] = ()
    """Sessions before the present one, the newest last."""
    participants: Map[ParticipantId, Participant] = field(default_factory=Map)
    by_account: Map[AccountId, ParticipantId] = field(default_factory=Map)
    kept_out_keys: Map[str, ParticipantId] = field(default_factory=Map)
    places: int = 0
    """How many participants hold a place (see `Participant.holds_place`)."""
    staff_here: Members = field(default_factory=Map)
    at_gates: Members = field(default_factory=Map)
    on_stage: Members = field(default_factory=Map)
    hands: Members = field(default_factory=Map)
    cleared_hands: ClearedHands | None = None
    microphones: Members = field(default_factory=Map)
    cameras: Members = field(default_factory=Map)
    mails_due: Map[InvitationId, None] = field(default_factory=Map)
    quiz: QuizBook | None = None
    consents: Map[str, str] = field(default_factory=Map)
    """Every text that a guest has agreed to, by its version."""
    names_erased_to: int = 0
    """Up to then, ms UTC, guests were kept for long enough and have no names any more."""
    erasures: int = 0
    """How often people were erased here. The next checkpoint keeps no record of before."""
    used_at: int = 0
    """When somebody last did anything here, coming and going included; what the server does by
    itself is no use."""
    announcements: int = 0
    """How many facts for the outside there were so far (`server.core.announcements`)."""
    audit: AuditHead = field(default_factory=AuditHead)
    """The newest line of the audit log."""
    causes: Map[str, tuple[Cause, ...]] = field(default_factory=Map)
    """The newest commands of each actor, so that a retry has no second effect."""

    @property
    def settings(self) -> EntrySettings:
        """The entry's settings (defaults before it exists)."""
        return self.entry.settings if self.entry else EntrySettings()


EMPTY = RoomState()
"""Before the first event."""


def visit_key(link_id: LinkId, device_id: DeviceId) -> str:
    """Key of `RoomState.visits`."""
    return f"{link_id} {device_id}"
