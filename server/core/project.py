"""Project: state, roster, audience and window give a view. What may not be seen is not there."""

from typing import Any

from protocol.ids import ParticipantId
from protocol.roles import Gate, Group, Right, StagePlace, ViewerList
from protocol.views import (
    GroupView,
    SelfView,
    View,
    Window,
)
from server.core.audience import Audience
from server.core.rights import rights_of_participant
from server.core.roster import Found, Roster
from server.core.rows import Rows, ledger
from server.core.state import Participant, RoomState, Session


class NoViewError(LookupError):
    """A room without an entry has no view."""


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
    groups: dict[Group, GroupView] = {}
    rows = rows or Rows()
    for group, wanted in window.groups.items():
        if not _may_list(group, audience, shows_names=shows_names):
            continue
        if group is Group.INVITED:
            groups[group] = ledger(state, listed, wanted, now)
        else:
            groups[group] = rows.group(state, listed, audience, group, wanted)
    return rows.view(
        rows.session(state.entry, session, shows_names=shows_names),
        rows.counts(roster, audience),
        rows.matches(found, audience) if found and shows_names else None,
        groups,
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
