"""What one room holds of a person, as it is shown to them."""

from collections.abc import Sequence, Set

from protocol.attendance import RoleChangeView
from protocol.ids import PersonId, SessionId
from protocol.people import (
    HeldAttempt,
    HeldBlock,
    HeldEntry,
    HeldInvitation,
    HeldPresence,
    HeldVisit,
)
from server.core.attendance import Attendance, Attended
from server.core.state import Participant, RoleChange, RoomState

Ids = Set[PersonId]


def held_in(
    state: RoomState, records: Sequence[Attendance], ids: Ids, audit_lines: int = 0
) -> HeldEntry | None:
    """Collect what a room, and the records of its sessions, hold; None when that is nothing.

    Args:
        audit_lines: how many lines of its audit log name them.

    Cost: O(n) in all that the room holds.
    """
    entry = state.entry
    if entry is None:
        return None
    found = HeldEntry(
        entry_id=entry.id,
        entry_name=entry.name,
        part=next((c.part for c in state.collaborators.values() if c.person.id in ids), None),
        presences=(*_presences(state, ids), *_past(state, records, ids)),
        invitations=_invitations(state, ids),
        blocks=_blocks(state, ids),
        visits=_visits(state, ids),
        attempts=_attempts(state, ids),
        names_them=_names(state, ids),
        audit_lines=audit_lines,
    )
    nothing = HeldEntry(entry_id=entry.id, entry_name=entry.name)
    return None if found == nothing else found


def _names(state: RoomState, ids: Ids) -> int:
    by = [one.invited_by for one in state.invitations.values()]
    by += [one.blocked_by for one in state.blocks.values()]
    for participant in state.participants.values():
        by += [one.by for one in participant.role_changes if one.by is not None]
    return sum(one.id in ids for one in by)


def _presences(state: RoomState, ids: Ids) -> list[HeldPresence]:
    session = state.session
    people = state.participants.values() if session is not None else ()
    return [
        _presence(state, session.id, one)
        for one in people
        if session is not None and one.person.id in ids
    ]


def _presence(state: RoomState, session_id: SessionId, one: Participant) -> HeldPresence:
    link = state.links.get(one.link_id) if one.link_id else None
    return HeldPresence(
        session_id=session_id,
        participant_id=one.id,
        name=one.person.name,
        email=one.person.email,
        origin=one.origin,
        link_name=link.name if link else "",
        role=one.role,
        joined_at=one.joined_at,
        intervals=one.intervals,
        stage_ms=one.stage_ms,
        hands=one.hands,
        role_changes=_changes(one.role_changes),
        device_id=one.device_id,
        kept_out=one.kept_out,
        consent=one.consent.version if one.consent else "",
        consent_text=state.consents.get(one.consent.version, "") if one.consent else "",
        consented_at=one.consent.at if one.consent else None,
    )


def _past(state: RoomState, records: Sequence[Attendance], ids: Ids) -> list[HeldPresence]:
    return [
        _attended(state, record.session_id, one)
        for record in records
        for one in record.people
        if one.person.id in ids
    ]


def _attended(state: RoomState, session_id: SessionId, one: Attended) -> HeldPresence:
    return HeldPresence(
        session_id=session_id,
        participant_id=one.participant_id,
        name=one.person.name,
        email=one.person.email,
        origin=one.origin,
        link_name=one.link_name,
        role=one.role,
        joined_at=one.joined_at,
        intervals=one.intervals,
        stage_ms=one.stage_ms,
        hands=one.hands,
        role_changes=_changes(one.role_changes),
        consent=one.consent.version if one.consent else "",
        consent_text=state.consents.get(one.consent.version, "") if one.consent else "",
        consented_at=one.consent.at if one.consent else None,
    )


def _changes(changes: Sequence[RoleChange]) -> tuple[RoleChangeView, ...]:
    """Show changes of role, but not by whom: that is somebody else's name."""
    return tuple(RoleChangeView(at=one.at, before=one.before, after=one.after) for one in changes)


def _invitations(state: RoomState, ids: Ids) -> tuple[HeldInvitation, ...]:
    return tuple(
        HeldInvitation(
            invitation_id=one.id,
            name=one.person.name,
            email=one.person.email,
            invitation_type=one.invitation_type,
            message=one.message,
            created_at=one.created_at,
            opened_at=one.opened_at,
            redeemed_at=one.redeemed_at,
            revoked_at=one.revoked_at,
        )
        for one in state.invitations.values()
        if one.person.id in ids
    )


def _blocks(state: RoomState, ids: Ids) -> tuple[HeldBlock, ...]:
    return tuple(
        HeldBlock(
            block_id=one.id,
            name=one.person.name,
            email=one.person.email,
            blocked_at=one.blocked_at,
        )
        for one in state.blocks.values()
        if one.person.id in ids
    )


def _visits(state: RoomState, ids: Ids) -> tuple[HeldVisit, ...]:
    return tuple(
        HeldVisit(
            link_name=state.links[one.link_id].name if one.link_id in state.links else "",
            name=one.person.name,
            email=one.person.email,
            session_id=one.session_id,
        )
        for one in state.visits.values()
        if one.person.id in ids
    )


def _attempts(state: RoomState, ids: Ids) -> tuple[HeldAttempt, ...]:
    attempts = state.quiz.attempts.values() if state.quiz is not None else ()
    return tuple(
        HeldAttempt(
            number=one.number,
            name=one.person.name,
            score=one.score,
            max_score=one.max_score,
            submitted_at=one.submitted_at,
            words=one.person.words,
        )
        for one in attempts
        if one.person.id in ids
    )
