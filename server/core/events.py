"""Facts, in the past tense. The log keeps them for years; clients never get one as it is.

Rules for editing this file: never rename a class or a field, never change what one means;
give a new field a default; to replace an event add a new one and an upcast in
`server.store.upcasts`. The moment of an event is its record's `at`.
"""

from dataclasses import dataclass

from protocol.ids import (
    AccountId,
    BlockId,
    ConnectionId,
    DeviceId,
    InvitationId,
    LinkId,
    ParticipantId,
    PersonId,
    SessionId,
)
from protocol.quiz import Quiz
from protocol.roles import (
    EndReason,
    Gate,
    InvitationType,
    Right,
    Role,
    StageMode,
    WaitReason,
)
from protocol.settings import EntrySettings
from server.core.person import Person
from server.core.quiz import Attempt
from server.core.state import (
    BlockRecord,
    Code,
    Collaborator,
    Connection,
    Entry,
    GuestLink,
    Invitation,
    Participant,
    Undo,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCreated:
    """The entry exists, with its first session scheduled (live) or open for good."""

    entry: Entry
    owner: Collaborator
    session_id: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEdited:
    """Name, texts or schedule changed."""

    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsEdited:
    """The settings are now these."""

    settings: EntrySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDeleted:
    """The entry is gone; the log remains until it is erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollaboratorSet:
    """An account has this part in the entry."""

    collaborator: Collaborator


@dataclass(frozen=True, slots=True, kw_only=True)
class CollaboratorRemoved:
    """An account has no part in the entry any more."""

    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizSet:
    """The quiz is now this one."""

    quiz: Quiz
    revision: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizAttempted:
    """Somebody handed in answers, which were marked."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestAccessSet:
    """The master switch was turned."""

    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLinkCreated:
    """A guest link exists."""

    link: GuestLink


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLinkEdited:
    """A guest link has these name and limits now."""

    link: GuestLink


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLinkPaused:
    """A guest link was paused, or goes on."""

    link_id: LinkId
    is_paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLinkRegenerated:
    """A guest link has a new URL; uses count from nought."""

    link_id: LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLinkDeleted:
    """A guest link is gone and its place is free."""

    link_id: LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLinkUsed:
    """Somebody completed the form: one use, remembered for this device."""

    link_id: LinkId
    device_id: DeviceId
    person: Person
    participant_id: ParticipantId
    is_return: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """A guest agreed to the text of the form, of that version, at the moment of the record."""

    participant_id: ParticipantId
    link_id: LinkId
    device_id: DeviceId
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationCreated:
    """An address was invited."""

    invitation: Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationUpdated:
    """An address was invited again: the invitation is now this one."""

    invitation: Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMailDue:
    """The invitation is to be mailed (again)."""

    invitation_id: InvitationId


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMailed:
    """What became of the mail of that number: `sent`, `delivered` or `bounced`."""

    invitation_id: InvitationId
    mail: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationOpened:
    """The invite lobby was opened in a browser."""

    invitation_id: InvitationId


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRedeemed:
    """The right person came; the device is bound. `is_return`: it costs no use."""

    invitation_id: InvitationId
    device_id: DeviceId
    participant_id: ParticipantId
    is_return: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationTypeChanged:
    """The invitation gives something else now."""

    invitation_id: InvitationId
    invitation_type: InvitationType


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationExtended:
    """The invitation is valid until then."""

    invitation_id: InvitationId
    valid_until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationDeviceReset:
    """No device is bound any more."""

    invitation_id: InvitationId


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRevoked:
    """The invitation was withdrawn."""

    invitation_id: InvitationId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeIssued:
    """A one-time code was made for mailing; earlier ones are void."""

    invitation_id: InvitationId
    code: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMissed:
    """A wrong code was tried."""

    invitation_id: InvitationId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSpent:
    """The code was used, or is void."""

    invitation_id: InvitationId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCreated:
    """A new sitting is scheduled; nobody is in it."""

    session_id: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEarlyChanged:
    """Staff are (not) inside before the start."""

    is_early: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """The session runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded:
    """The session is over for everyone."""

    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSet:
    """The room was locked or unlocked."""

    is_locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAbsenceBegan:
    """No host or moderator is left; the session ends then."""

    ends_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAbsenceEnded:
    """A host or moderator is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMessageSet:
    """What is said to those who wait."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantJoined:
    """Somebody redeemed and has a place in this session (perhaps at a gate)."""

    participant: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantReturned:
    """Somebody who had left redeemed again and holds a seat."""

    participant_id: ParticipantId
    expires_at: int
    device_id: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLinked:
    """The participant is known by an account or an invitation, too."""

    participant_id: ParticipantId
    account_id: AccountId | None = None
    invitation_id: InvitationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSet:
    """The participant stands before this gate."""

    participant_id: ParticipantId
    gate: Gate
    reason: WaitReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantAdmitted:
    """All gates are passed. `by_staff`: somebody let them in."""

    participant_id: ParticipantId
    by_staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantDeclined:
    """Turned away from the waiting room."""

    participant_id: ParticipantId
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRemoved:
    """Removed from the session."""

    participant_id: ParticipantId
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantReadmitted:
    """A removal or a decline was undone."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockAdded:
    """Somebody is kept out of the entry."""

    block: BlockRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRemoved:
    """A block was undone."""

    block_id: BlockId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOpened:
    """A WebSocket opened."""

    participant_id: ParticipantId
    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionClosed:
    """A WebSocket closed. The last one: *reconnecting* until then."""

    participant_id: ParticipantId
    connection_id: ConnectionId
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLeft:
    """Gone: on purpose, or the grace or the seat ran out."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandRaised:
    """A hand is up."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandLowered:
    """A hand is down."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsCleared:
    """All hands are down; until the moment given they can be raised again together."""

    undo_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsRestored:
    """The hands are up again that were lowered together last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageModeSet:
    """Stage access changed."""

    mode: StageMode


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRequested:
    """Somebody asks for the stage."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOffered:
    """Somebody is invited to the stage."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCleared:
    """A request or an offer is over: taken back, declined or refused."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class StageJoined:
    """Somebody is on stage."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLeft:
    """Somebody is off the stage."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneSet:
    """A microphone was switched."""

    participant_id: ParticipantId
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSet:
    """A camera was switched."""

    participant_id: ParticipantId
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AllMuted:
    """All microphones but these are off."""

    spared: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AllCamerasTurnedOff:
    """All cameras but these are off."""

    spared: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HardMuteSet:
    """Those below moderator stay muted, or are released."""

    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmuteRequested:
    """Somebody was asked to unmute."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted:
    """The role and the single rights are now these. `by`: who decided it, for the record."""

    participant_id: ParticipantId
    role: Role
    granted: frozenset[Right] = frozenset()
    revoked: frozenset[Right] = frozenset()
    undo: Undo | None = None
    by: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRenamed:
    """The displayed name changed."""

    participant_id: ParticipantId
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleErased:
    """Somebody asked to be forgotten: wherever this room names them, it does not any more."""

    person_ids: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsErased:
    """The names and addresses of guests were kept for long enough.

    Args:
        participant_ids: of the present session.
        session_ids: earlier ones, whose kept records name no guest from now on.
        before: up to then, ms UTC, what guests left behind is nobody's.
    """

    participant_ids: tuple[ParticipantId, ...] = ()
    session_ids: tuple[SessionId, ...] = ()
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceExported:
    """Somebody took the attendance record of a session away, as `csv` or `json`."""

    session_id: SessionId
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExported:
    """Somebody took the audit log away, as `csv` or `json`."""

    form: str


Event = (
    EntryCreated
    | EntryEdited
    | SettingsEdited
    | EntryDeleted
    | CollaboratorSet
    | CollaboratorRemoved
    | QuizSet
    | QuizAttempted
    | GuestAccessSet
    | GuestLinkCreated
    | GuestLinkEdited
    | GuestLinkPaused
    | GuestLinkRegenerated
    | GuestLinkDeleted
    | GuestLinkUsed
    | ConsentGiven
    | InvitationCreated
    | InvitationUpdated
    | InvitationMailDue
    | InvitationMailed
    | InvitationOpened
    | InvitationRedeemed
    | InvitationTypeChanged
    | InvitationExtended
    | InvitationDeviceReset
    | InvitationRevoked
    | CodeIssued
    | CodeMissed
    | CodeSpent
    | SessionCreated
    | SessionEarlyChanged
    | SessionOpened
    | SessionEnded
    | LockSet
    | HostAbsenceBegan
    | HostAbsenceEnded
    | WaitingMessageSet
    | ParticipantJoined
    | ParticipantReturned
    | ParticipantLinked
    | GateSet
    | ParticipantAdmitted
    | ParticipantDeclined
    | ParticipantRemoved
    | ParticipantReadmitted
    | BlockAdded
    | BlockRemoved
    | ConnectionOpened
    | ConnectionClosed
    | ParticipantLeft
    | HandRaised
    | HandLowered
    | HandsCleared
    | HandsRestored
    | StageModeSet
    | StageRequested
    | StageOffered
    | StageCleared
    | StageJoined
    | StageLeft
    | MicrophoneSet
    | CameraSet
    | AllMuted
    | AllCamerasTurnedOff
    | HardMuteSet
    | UnmuteRequested
    | RoleGranted
    | ParticipantRenamed
    | PeopleErased
    | GuestsErased
    | AttendanceExported
    | AuditExported
)
"""The closed union of events."""
