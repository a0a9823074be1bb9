"""Project: state, roster, audience and window give a view. What may not be seen is not there.

The marks in `protocol.privacy` say which audience sees a field; `Audience.sees` is the one
place that reads them.
"""

from enum import IntFlag
from functools import cache
from typing import Any

from pydantic import BaseModel

from protocol.ids import InvitationId, ParticipantId
from protocol.privacy import Seen, marks
from protocol.roles import Gate, Group, MailState, Right, StagePlace, ViewerList
from protocol.views import (
    Counts,
    GroupView,
    LedgerRow,
    Range,
    Row,
    SelfView,
    SessionView,
    View,
    Window,
)
from server.core.rights import rights_of_participant
from server.core.roster import Found, Roster
from server.core.state import Invitation, Participant, RoomState, Session
from server.core.validity import expires_at, ledger_state


class NoViewError(LookupError):
    """A room without an entry has no view."""


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


def audience_of(state: RoomState, participant: Participant) -> Audience | None:
    """Say to which audience somebody belongs; None for those at a gate or not in."""
    if not participant.is_in or participant.kept_out:
        return None
    rights = rights_of_participant(state, participant)
    audience = Audience.ROOM
    if Right.SEE_STAFF in rights:
        audience |= Audience.STAFF
    if Right.INVITE in rights:
        audience |= Audience.INVITERS
    return audience


@cache
def hidden_fields(model: type[BaseModel], audience: Audience) -> tuple[str, ...]:
    """List the fields of a model that an audience may not see."""
    return tuple(name for name, mark in marks(model).items() if not audience.sees(mark))


class Rows:
    """The rows of one audience's newest view, so that the next one makes only what has changed.

    People in the state are never changed but replaced: who is the same object has the same row.
    """

    __slots__ = ("_before", "_made")

    def __init__(self) -> None:
        """Start without any."""
        self._before: dict[ParticipantId, tuple[Participant, str | None, Row]] = {}
        self._made: dict[ParticipantId, tuple[Participant, str | None, Row]] = {}

    def turn(self) -> None:
        """Begin the next view; what is not in it either is forgotten."""
        self._before, self._made = self._made, {}

    def of(self, state: RoomState, participant_id: ParticipantId, audience: Audience) -> Row:
        """Give a row that was made before, or make it."""
        participant = state.participants[participant_id]
        link_name = _link_name(state, participant)
        known = self._before.get(participant_id)
        if known is None or known[0] is not participant or known[1] != link_name:
            known = (participant, link_name, row(state, participant_id, audience))
        self._made[participant_id] = known
        return known[2]


def project(
    state: RoomState,
    roster: Roster,
    audience: Audience,
    window: Window,
    now: int,
    found: Found | None = None,
    rows: Rows | None = None,
) -> View:
    """Make the view of an audience through a window.

    Args:
        roster: everybody; counts come from it.
        found: those whom the window's search finds; rows come from it when there is a search.
        rows: those of the view before, of the same audience.
        now: ms UTC, for invitations that have expired.

    Cost: O(log n + rows in the window); nothing grows with the room.
    """
    session = state.session
    if state.entry is None or session is None:
        raise NoViewError
    shows_names = _shows_names(state, roster, audience)
    listed: Roster | Found = found or roster
    groups = {}
    rows = rows or Rows()
    rows.turn()
    for group, wanted in window.groups.items():
        if _may_list(group, audience, shows_names=shows_names):
            groups[group] = _group(state, listed, audience, group, wanted, now, rows)
    return View.model_construct(
        session=_session(state, session, shows_names=shows_names),
        counts=_counts(roster, audience),
        matches=_counts(found, audience) if found and shows_names else None,
        groups=groups,
    )


def _shows_names(state: RoomState, roster: Roster, audience: Audience) -> bool:
    if Audience.STAFF in audience:
        return True
    settings = state.settings
    match settings.viewer_list:
        case ViewerList.ALWAYS:
            return True
        case ViewerList.NEVER:
            return False
        case ViewerList.AUTO:
            return _inside(roster) <= settings.names_up_to


def _may_list(group: Group, audience: Audience, *, shows_names: bool) -> bool:
    match group:
        case Group.WAITING:
            return Audience.STAFF in audience
        case Group.INVITED:
            return Audience.INVITERS in audience
        case Group.ON_STAGE:
            return True
        case _:
            return shows_names


def _inside(roster: Roster | Found) -> int:
    return (
        roster.count(Group.RAISED_HANDS)
        + roster.count(Group.ON_STAGE)
        + roster.count(Group.VIEWERS)
    )


def _counts(roster: Roster | Found, audience: Audience) -> Counts:
    values: dict[str, Any] = {
        "all": _inside(roster),
        "raised_hands": roster.count(Group.RAISED_HANDS),
        "on_stage": roster.count(Group.ON_STAGE),
        "viewers": roster.count(Group.VIEWERS),
        "waiting": roster.count(Group.WAITING),
        "invited": roster.count(Group.INVITED),
    }
    for name in hidden_fields(Counts, audience):
        values[name] = None
    return Counts.model_construct(**values)


def _session(state: RoomState, session: Session, *, shows_names: bool) -> SessionView:
    entry = state.entry
    assert entry is not None  # noqa: S101 - the caller has asked
    return SessionView.model_construct(
        session_id=session.id,
        entry_id=entry.id,
        entry_name=entry.name,
        kind=entry.kind,
        state=session.state,
        is_locked=session.is_locked,
        is_hard_muted=session.is_hard_muted,
        stage_mode=session.stage_mode,
        stage_capacity=entry.settings.stage_capacity,
        starts_at=entry.starts_at,
        opened_at=session.opened_at,
        ended_at=session.ended_at,
        end_reason=session.end_reason,
        host_absent_ends_at=session.host_absent_ends_at,
        shows_names=shows_names,
    )


def _group(
    state: RoomState,
    roster: Roster | Found,
    audience: Audience,
    group: Group,
    wanted: Range,
    now: int,
    known: Rows,
) -> GroupView:
    # A window that lies behind the end (the group shrank) shows the last stretch instead.
    first = max(0, min(wanted.first, roster.count(group) - wanted.count))
    ids = roster.ids(group, first, wanted.count)
    if group is Group.INVITED:
        ledger = tuple(ledger_row(state, InvitationId(one), now) for one in ids)
        return GroupView.model_construct(first=first, rows=(), invitations=ledger)
    rows = tuple(known.of(state, ParticipantId(one), audience) for one in ids)
    return GroupView.model_construct(first=first, rows=rows, invitations=())


def row(state: RoomState, participant_id: ParticipantId, audience: Audience) -> Row:
    """Make one person's row for an audience."""
    participant = state.participants[participant_id]
    is_on_stage = participant.stage is StagePlace.ON
    values: dict[str, Any] = {
        "id": participant.id,
        "name": participant.person.name,
        "role": participant.role,
        "origin": participant.origin,
        "is_custom": participant.is_custom,
        "presence": participant.presence,
        "devices": participant.devices,
        "hand_raised_at": participant.hand_raised_at,
        "stage": participant.stage,
        "on_stage_since": participant.stage_since if is_on_stage else None,
        "has_microphone_on": participant.has_microphone_on,
        "has_camera_on": participant.has_camera_on,
        "email": participant.person.email,
        "link_name": _link_name(state, participant),
        "wait_reason": participant.wait_reason,
        "waiting_since": participant.waiting_since,
    }
    for name in hidden_fields(Row, audience):
        values[name] = None
    return Row.model_construct(**values)


def _link_name(state: RoomState, participant: Participant) -> str | None:
    link = state.links.get(participant.link_id) if participant.link_id else None
    return link.name if link else None


def ledger_row(state: RoomState, invitation_id: InvitationId, now: int) -> LedgerRow:
    """Make one row of the ledger, for those who may invite."""
    invitation: Invitation = state.invitations[invitation_id]
    return LedgerRow.model_construct(
        id=invitation.id,
        email=invitation.person.email,
        name=invitation.person.name,
        invitation_type=invitation.invitation_type,
        state=ledger_state(state, invitation, now),
        participant_id=invitation.participant_id,
        invited_by=invitation.invited_by.name,
        invited_at=invitation.created_at,
        expires_at=expires_at(state, invitation),
        uses=invitation.uses,
        max_uses=invitation.max_uses,
        has_device=invitation.device_id is not None,
        mail=MailState(invitation.mail) if invitation.mail else None,
    )


def _is_hard_muted(session: Session, participant: Participant) -> bool:
    """Say it to those whom it stops from speaking now, on stage: nobody else has to be told."""
    is_on_stage = participant.stage is StagePlace.ON
    return session.is_hard_muted and is_on_stage and not participant.role.is_staff


def you(state: RoomState, participant_id: ParticipantId) -> SelfView | None:
    """Make a participant's own state; at a gate, nothing but what the gate shows.

    Those who are kept out see no more than that, either, and have no rights.
    """
    participant = state.participants.get(participant_id)
    session, entry = state.session, state.entry
    if participant is None or session is None or entry is None:
        return None
    values: dict[str, Any] = {
        "participant_id": participant.id,
        "session_id": session.id,
        "entry_name": entry.name,
        "name": participant.person.name,
        "role": participant.role,
        "origin": participant.origin,
        "gate": participant.gate,
    }
    if participant.gate is not None or participant.kept_out:
        values["wait_reason"] = participant.wait_reason
        values["starts_at"] = entry.starts_at
        values["ends_at"] = entry.ends_at
        if participant.gate is Gate.WAITING_ROOM:
            values["waiting_message"] = session.waiting_message
        return SelfView.model_construct(**values)
    values |= {
        "rights": tuple(sorted(rights_of_participant(state, participant))),
        "is_custom": participant.is_custom,
        "hand_raised_at": participant.hand_raised_at,
        "stage": participant.stage,
        "has_microphone_on": participant.has_microphone_on,
        "has_camera_on": participant.has_camera_on,
        "is_hard_muted": _is_hard_muted(session, participant),
        "devices": participant.devices,
        "starts_at": entry.starts_at,
    }
    return SelfView.model_construct(**values)
