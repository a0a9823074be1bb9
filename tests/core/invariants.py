"""What holds in every room after every step, whoever asked for what.

Each check raises AssertionError. They are stated from the participants themselves, and not
with the helpers of the code that they hold to account.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from protocol import commands as c
from protocol.commands import Command
from protocol.ids import ConnectionId, ParticipantId
from protocol.roles import Gate, Group, Presence, Right, Role, SessionState, StagePlace
from protocol.webhooks import Topic
from server.core import orders as o
from server.core.actors import Actor, ParticipantActor
from server.core.announcements import announcements_of
from server.core.chain import Line, find_break
from server.core.evolve import evolve, evolve_record
from server.core.evolve.people import ROLE_CHANGES_KEPT
from server.core.gates import stand_of
from server.core.orders import Order
from server.core.project import you
from server.core.record import Record
from server.core.rights import (
    INVITATION_ROLES,
    PART_RIGHTS,
    PART_ROLES,
    ROLE_RIGHTS,
    rank_of,
    rights_of,
    rights_of_participant,
)
from server.core.roster import Roster
from server.core.rules.guest_access import MAX_LINKS
from server.core.state import EMPTY, Invitation, Participant, RoomState
from server.core.touched import Touched

SETS: dict[str, Callable[[Participant], bool]] = {
    "staff_here": lambda p: (
        p.role in (Role.HOST, Role.MODERATOR)
        and p.gate is None
        and p.presence in (Presence.PRESENT, Presence.RECONNECTING)
    ),
    "at_gates": lambda p: p.gate is not None and p.presence is not Presence.LEFT,
    "on_stage": lambda p: p.stage is StagePlace.ON,
    "hands": lambda p: p.hand_raised_at is not None,
    "microphones": lambda p: p.has_microphone_on,
    "cameras": lambda p: p.has_camera_on,
}
"""Each derived set of a room, and who belongs to it."""

NO_CONNECTION = ConnectionId("k_none")

SHOWN = (Group.WAITING, Group.RAISED_HANDS, Group.ON_STAGE, Group.VIEWERS)


def check_state(state: RoomState) -> None:
    """Hold one state to everything that is true of it alone."""
    _check_sets(state)
    _check_doors(state)
    _check_keys(state)
    for participant in state.participants.values():
        _check_presence(participant)
        _check_stage(state, participant)
        _check_rights(state, participant)
    _check_session(state)
    _check_quiz(state)


def _check_quiz(state: RoomState) -> None:
    book = state.quiz
    if book is None:
        return
    assert set(book.attempts) == set(range(1, len(book.attempts) + 1))
    by_taker: dict[str, list[int]] = {}
    for number in range(1, len(book.attempts) + 1):
        attempt = book.attempts[number]
        by_taker.setdefault(attempt.taker, []).append(number)
        questions = book.questions_of(attempt.version)
        assert [one.id for one in questions] == [one.question_id for one in attempt.answers]
        for question, answer in zip(questions, attempt.answers, strict=True):
            assert answer.points in (0, question.points)
        assert attempt.score == sum(one.points for one in attempt.answers)
        assert 0 <= attempt.score <= attempt.max_score == sum(one.points for one in questions)
    assert dict(book.taken) == {taker: tuple(found) for taker, found in by_taker.items()}
    assert 0 < book.version <= book.revision


def _check_sets(state: RoomState) -> None:
    people = state.participants.values()
    for name, belongs in SETS.items():
        assert set(getattr(state, name)) == {p.id for p in people if belongs(p)}, name
    assert state.places == sum(p.presence is not Presence.LEFT for p in people)
    assert dict(state.by_account) == {p.account_id: p.id for p in people if p.account_id}
    assert all(key == participant.id for key, participant in state.participants.items())


def _check_doors(state: RoomState) -> None:
    due = {
        one.id
        for one in state.invitations.values()
        if one.mail == "due" and one.revoked_at is None and not _is_deleted(state)
    }
    assert set(state.mails_due) == due
    assert dict(state.invited) == {one.person.id: one.id for one in state.invitations.values()}
    assert sum(not link.is_deleted for link in state.links.values()) <= MAX_LINKS
    for invitation in state.invitations.values():
        holder = _holder(state, invitation)
        if holder is not None:
            known = (*holder.earlier_invitations, holder.invitation_id)
            assert invitation.id in known, "a ledger row points at a stranger"


def _is_deleted(state: RoomState) -> bool:
    return state.entry is not None and state.entry.is_deleted


def _holder(state: RoomState, invitation: Invitation) -> Participant | None:
    known = invitation.participant_id
    return state.participants.get(known) if known else None


def _check_keys(state: RoomState) -> None:
    wanted = {key for block in state.blocks.values() for key in block.keys}
    assert set(state.blocked_keys) == wanted
    for key, block_id in state.blocked_keys.items():
        assert key in state.blocks[block_id].keys
    for participant_id in state.kept_out_keys.values():
        assert state.participants[participant_id].kept_out, "a key outlives its removal"


def _check_presence(participant: Participant) -> None:
    is_connected = bool(participant.connections)
    ids = [connection.id for connection in participant.connections]
    assert len(ids) == len(set(ids))
    match participant.presence:
        case Presence.PRESENT:
            assert is_connected
            assert participant.expires_at is None
        case Presence.RECONNECTING | Presence.SEAT:
            assert not is_connected
            assert participant.expires_at is not None
        case Presence.LEFT:
            assert not is_connected
            assert participant.expires_at is None
            assert participant.present_since is None
    if participant.kept_out:
        assert participant.presence is Presence.LEFT, "somebody kept out holds a place"
    assert (participant.present_since is not None) == participant.is_in, "presence is being inside"
    for begin, end in participant.intervals:
        assert begin <= end
    roles = participant.role_changes
    assert len(roles) <= ROLE_CHANGES_KEPT
    assert all(one.before is not one.after for one in roles)
    assert all(one.after is two.before for one, two in pairwise(roles))
    assert not roles or roles[-1].after is participant.role
    assert participant.stage_ms >= 0


def _check_stage(state: RoomState, participant: Participant) -> None:
    is_on = participant.stage is StagePlace.ON
    if participant.presence is Presence.LEFT or participant.gate is not None:
        assert participant.stage is StagePlace.OFF
        assert participant.hand_raised_at is None
    assert is_on or not (participant.has_microphone_on or participant.has_camera_on)
    is_silent = is_on and not participant.has_microphone_on
    assert (participant.silent_since is not None) == is_silent
    assert (participant.stage_since is None) == (participant.stage is StagePlace.OFF)
    session = state.session
    if session is not None and session.is_hard_muted and not participant.role.is_staff:
        assert not participant.has_microphone_on, "somebody slipped out of a hard mute"


def _check_rights(state: RoomState, participant: Participant) -> None:
    given = ROLE_RIGHTS[participant.role] | participant.granted
    part = state.collaborators.get(participant.account_id) if participant.account_id else None
    lasting = PART_RIGHTS[part.part] if part else frozenset()
    assert rights_of_participant(state, participant) <= given | lasting
    assert not participant.granted & participant.revoked
    actor = ParticipantActor(participant_id=participant.id, connection_id=NO_CONNECTION)
    if participant.gate is not None or not participant.is_here or participant.kept_out:
        assert not rights_of(state, actor), "somebody who is not inside may do something"


def _check_session(state: RoomState) -> None:
    session, entry = state.session, state.entry
    if session is None or entry is None:
        return
    is_staff_here = len(state.staff_here) > 0
    timer = session.host_absent_ends_at
    if session.state is not SessionState.OPEN or not entry.kind.is_live:
        assert timer is None
    else:
        assert is_staff_here == (timer is None), "a running session has staff, or a timer"
    match session.state:
        case SessionState.SCHEDULED:
            assert not is_staff_here
        case SessionState.EARLY:
            assert is_staff_here
        case SessionState.ENDED:
            assert state.places == 0
            assert session.ended_at is not None
            assert session.end_reason is not None
        case SessionState.OPEN:
            assert session.opened_at is not None
    for participant in state.participants.values():
        _check_gate(state, session.state, participant)


def _check_gate(state: RoomState, life: SessionState, participant: Participant) -> None:
    if participant.presence is Presence.LEFT:
        return
    stand = stand_of(state, participant)
    if participant.gate is not None:
        here = (participant.gate, participant.wait_reason)
        assert here == (stand.gate, stand.reason), "a gate did not let go, or holds for less"
    elif life in (SessionState.SCHEDULED, SessionState.EARLY):
        assert stand.gate is not Gate.COUNTDOWN, "somebody is inside before the start"


def check_roster(roster: Roster, state: RoomState) -> None:
    """Hold the index to the state: one row in one group, counts that add up, right order."""
    roster.check(state)
    rows = [one for group in SHOWN for one in roster.ids(group, 0, roster.count(group))]
    assert len(rows) == len(set(rows)), "one person has two rows"
    here = {
        p.id
        for p in state.participants.values()
        if p.presence in (Presence.PRESENT, Presence.RECONNECTING)
        and p.gate in (None, Gate.WAITING_ROOM)
        and not p.kept_out
    }
    assert set(rows) == here
    waiting = set(roster.ids(Group.WAITING, 0, roster.count(Group.WAITING)))
    assert waiting == {one for one in here if state.participants[ParticipantId(one)].gate}
    listed = set(roster.ids(Group.INVITED, 0, roster.count(Group.INVITED)))
    assert listed == {
        one.id
        for one in state.invitations.values()
        if (holder := _holder(state, one)) is None or not holder.is_here
    }


def check_step(before: RoomState, record: Record, after: RoomState) -> None:
    """Hold one record to what may change in one step."""
    assert evolve_record(before, record) == after, "replay differs from live"
    _check_total(before, record)
    for link in after.links.values():
        old = before.links.get(link.id)
        if link.max_uses is not None and old is not None and link.uses > old.uses:
            assert link.uses <= link.max_uses
    for invitation in after.invitations.values():
        was = before.invitations.get(invitation.id)
        if invitation.max_uses is not None and was is not None and invitation.uses > was.uses:
            assert invitation.uses <= invitation.max_uses
    assert len(after.on_stage) <= max(after.settings.stage_capacity, len(before.on_stage))


def _check_total(before: RoomState, record: Record) -> None:
    """Fold the events onto rooms in which whoever they are about has vanished."""
    deserted = RoomState(entry=before.entry, session=before.session)
    for state in (EMPTY, deserted):
        for event in record.events:
            state = evolve(state, event, record.at)


def check_announced(
    inside: set[ParticipantId], before: RoomState, record: Record, after: RoomState
) -> set[ParticipantId]:
    """Hold announcements to their word: dense, and whoever follows them knows who is inside.

    Returns:
        Who is inside, by what was announced so far.
    """
    told = announcements_of(before, record, after)
    numbers = [one.number for one in told]
    assert numbers == list(range(before.announcements + 1, after.announcements + 1))
    inside = set(inside)
    for one in told:
        who = one.about.participant_id if one.about else None
        if one.topic is Topic.PARTICIPANT_JOINED and who is not None:
            assert who not in inside, "announced as joined twice"
            inside.add(who)
        if one.topic is Topic.PARTICIPANT_LEFT and who is not None:
            inside.remove(who)
        if one.topic is Topic.SESSION_ENDED:
            assert one.people == len(inside)
            inside.clear()
    assert inside == {one.id for one in after.participants.values() if one.is_in}
    return inside


def check_audit(before: RoomState, made: Sequence[Line], after: RoomState) -> None:
    """Hold the audit log to its word: linked to what was, up to the head that the state knows."""
    if not made:
        assert after.audit == before.audit
        return
    first = made[0]
    assert (first.number, first.previous) == (before.audit.number + 1, before.audit.digest)
    # The line before these is not at hand; by then its time is over.
    assert find_break(made, after.audit, before.audit.kept_until) is None


def check_touched(before: RoomState, found: Touched, after: RoomState) -> None:
    """Hold `touched` to its word: whoever is not in it sees nothing new of themselves."""
    if found.everybody:
        return
    for participant_id, participant in after.participants.items():
        if participant.holds_place and participant_id not in found.participants:
            assert you(before, participant_id) == you(after, participant_id)


def check_grants(before: RoomState, wish: Command | Order, actor: Actor, after: RoomState) -> None:
    """Nobody gains a right but from somebody who had it to give, or by a door's own role."""
    for participant in after.participants.values():
        old = before.participants.get(participant.id)
        if old is None:
            assert participant.role is _role_at_door(before, after, participant)
            assert not participant.granted
            continue
        had = rights_of_participant(before, old)
        gained = rights_of_participant(after, participant) - had
        if gained or participant.role.rank > old.role.rank:
            _check_gain(before, wish, actor, old, participant, gained)


def _role_at_door(before: RoomState, after: RoomState, participant: Participant) -> Role:
    if participant.invitation_id is not None:
        return INVITATION_ROLES[after.invitations[participant.invitation_id].invitation_type]
    if participant.account_id is not None:
        return PART_ROLES[before.collaborators[participant.account_id].part]
    return Role.VIEWER


def _check_gain(
    before: RoomState,
    wish: Command | Order,
    actor: Actor,
    old: Participant,
    new: Participant,
    gained: frozenset[Right],
) -> None:
    rights, rank = rights_of(before, actor), rank_of(before, actor)
    match wish:
        case c.SetRole() | c.SetRights() | c.UndoRole():
            is_taken_back = (
                isinstance(wish, c.UndoRole)
                and old.undo is not None
                and isinstance(actor, ParticipantActor)
                and old.undo.by == actor.participant_id == old.id
            )
            assert is_taken_back or (gained <= rights and new.role.rank <= rank)
        case c.Invite() | c.ChangeInvitation():
            assert Right.INVITE in rights
            assert new.role.rank <= max(rank, old.role.rank)
        case o.RedeemInvitation() | o.EnterAsAccount():
            assert new.invitation_id is not None
            invitation = before.invitations[new.invitation_id]
            assert new.role is INVITATION_ROLES[invitation.invitation_type]
        case c.EditSettings():
            assert Right.EDIT_ENTRY in rights
        case c.SetCollaborator() | c.RemoveCollaborator():
            assert Right.MANAGE_COLLABORATORS in rights
        case o.GrantPart():
            pass
        case _:
            raise AssertionError(f"{type(wish).__name__} gave {sorted(gained)}")
