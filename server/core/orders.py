"""What the server itself asks of a room: doors, connections, clocks, mail.

Like commands, but never from a client's message: the edge and the hub make them from facts
that they have checked (a token's MAC, a cookie, a closed socket).
"""

from dataclasses import dataclass

from protocol.ids import (
    AccountId,
    ConnectionId,
    DeviceId,
    InvitationId,
    LinkId,
    NodeId,
    ParticipantId,
    PersonId,
    SessionId,
)
from protocol.roles import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPart:
    """A platform vouches for somebody's part in the entry (a host token was redeemed)."""

    account_id: AccountId
    name: str
    email: str
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemGuestLink:
    """The guest form was completed; or, with `is_return`, skipped on a known device.

    Args:
        consent: the version of the text that was agreed to; empty: to none.
    """

    link_id: LinkId
    generation: int
    name: str = ""
    email: str = ""
    consent: str = ""
    is_return: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """The invite lobby was opened by a person (a page asked, not a link preview)."""

    invitation_id: InvitationId
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemInvitation:
    """Use an invitation.

    Args:
        email: as typed in the lobby; None when the account or the device speaks.
        code_digest: of the one-time code that was typed.
        inside: the participant that this browser already is, whose role may be raised.
    """

    invitation_id: InvitationId
    generation: int
    email: str | None = None
    code_digest: str | None = None
    inside: ParticipantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCode:
    """Have a one-time code made for the invited address."""

    invitation_id: InvitationId
    generation: int
    email: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterAsAccount:
    """Somebody signed in enters from the media page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConnection:
    """A socket with a valid ticket for this participant on this device."""

    session_id: SessionId
    participant_id: ParticipantId
    connection_id: ConnectionId
    node_id: NodeId
    device_id: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseConnections:
    """Sockets are gone: one that closed, or all those of a dead node."""

    closed: tuple[tuple[ParticipantId, ConnectionId], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtClock:
    """Do what is due: seats, graces, opening by schedule, the host-absent timer.

    Args:
        participant_ids: whose time may have come.
    """

    participant_ids: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMail:
    """What became of mail number `mail` of an invitation."""

    invitation_id: InvitationId
    mail: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePeople:
    """Forget people, wherever this room names them."""

    person_ids: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteExport:
    """Somebody takes a record away: of a session who was there, or (None) the audit log."""

    session_id: SessionId | None
    form: str


Order = (
    GrantPart
    | RedeemGuestLink
    | OpenInvitation
    | RedeemInvitation
    | IssueCode
    | EnterAsAccount
    | OpenConnection
    | CloseConnections
    | LookAtClock
    | RecordMail
    | ErasePeople
    | NoteExport
)
"""The closed union of orders."""
