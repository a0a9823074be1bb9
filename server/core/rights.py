"""The tables of rights: role × right in a session, part × right on an entry; who manages whom."""

from protocol.roles import InvitationType, Origin, Part, Right, Role, SessionState
from server.core.actors import (
    AccountActor,
    Actor,
    ParticipantActor,
    PlatformActor,
    ServerActor,
)
from server.core.identity import keys_of
from server.core.state import Collaborator, Participant, RoomState

_VIEWER = frozenset({Right.RAISE_HAND, Right.REQUEST_STAGE, Right.RENAME_SELF})
_SPEAKER = _VIEWER | {Right.JOIN_STAGE}
_MODERATOR = _SPEAKER | {
    Right.ENTER_EARLY,
    Right.PASS_LOCK,
    Right.SEE_STAFF,
    Right.ADMIT,
    Right.LOCK,
    Right.START_SESSION,
    Right.END_SESSION,
    Right.LOWER_HANDS,
    Right.MANAGE_STAGE,
    Right.MUTE_OTHERS,
    Right.SET_ROLE,
    Right.EDIT_RIGHTS,
    Right.RENAME_OTHERS,
    Right.REMOVE,
    Right.BLOCK,
    Right.INVITE,
    Right.MANAGE_GUEST_ACCESS,
    Right.EXPORT,
}

ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.SPEAKER: _SPEAKER,
    Role.MODERATOR: frozenset(_MODERATOR),
    Role.HOST: frozenset(_MODERATOR),
}
"""In a session. Rights on the entry itself (edit, delete) come from a part alone."""

_PUBLISHER = frozenset(_MODERATOR)
_EDITOR = _PUBLISHER | {Right.EDIT_ENTRY}
_OWNER = _EDITOR | {Right.MANAGE_COLLABORATORS, Right.DELETE_ENTRY}

PART_RIGHTS: dict[Part, frozenset[Right]] = {
    Part.OWNER: _OWNER,
    Part.CO_OWNER: _OWNER,
    Part.CO_EDITOR: _EDITOR,
    Part.CO_PUBLISHER: _PUBLISHER,
    Part.CO_VIEWER: frozenset(),
}
"""On the entry, inside and outside of a session."""

PART_ROLES: dict[Part, Role] = {
    Part.OWNER: Role.HOST,
    Part.CO_OWNER: Role.HOST,
    Part.CO_EDITOR: Role.HOST,
    Part.CO_PUBLISHER: Role.MODERATOR,
    Part.CO_VIEWER: Role.VIEWER,
}
"""The role with which a collaborator enters."""

INVITATION_ROLES: dict[InvitationType, Role] = {
    InvitationType.VIEWER: Role.VIEWER,
    InvitationType.SPEAKER: Role.SPEAKER,
    InvitationType.MODERATOR: Role.MODERATOR,
    InvitationType.COLLABORATOR: Role.MODERATOR,
}
"""The role that an invitation gives."""

GRANTABLE = frozenset(_MODERATOR)
"""Single rights that can be given in a session; those on the entry cannot."""

LASTING = (_OWNER - GRANTABLE) | {Right.INVITE, Right.MANAGE_GUEST_ACCESS}
"""What a part in the entry gives inside a session too, whatever the role there is."""

TOP_RANK = Role.HOST.rank


def rights_of_participant(state: RoomState, participant: Participant) -> frozenset[Right]:
    """Add up what a participant may do: by role, by single rights, by a part in the entry.

    Settings take away what they switch off for moderators and guests; a single right taken
    away stays away, unless a part in the entry gives it.
    """
    rights = set(ROLE_RIGHTS[participant.role])
    settings = state.settings
    if participant.role is Role.MODERATOR and not settings.moderators_may_invite:
        rights -= {Right.INVITE, Right.MANAGE_GUEST_ACCESS}
    if not participant.role.is_staff and not settings.guests_may_rename:
        rights.discard(Right.RENAME_SELF)
    rights |= participant.granted
    rights -= participant.revoked
    return frozenset(rights) | _lasting(state, participant)


def _lasting(state: RoomState, participant: Participant) -> frozenset[Right]:
    """Rights on the entry that a collaborator keeps whatever their role in the session is."""
    if participant.account_id is None:
        return frozenset()
    collaborator = state.collaborators.get(participant.account_id)
    if collaborator is None:
        return frozenset()
    return PART_RIGHTS[collaborator.part] & LASTING


def rights_at_end(state: RoomState, participant: Participant) -> frozenset[Right]:
    """Say what somebody could do when the session ended; nothing unless they were inside then.

    Rights in a session end with it. This is for reading its record, which must not be lost
    because a moderator did not download it before somebody else ended the session.
    """
    session = state.session
    ended_at = session.ended_at if session else None
    last_out = participant.intervals[-1][1] if participant.intervals else 0
    if ended_at is None or last_out < ended_at or participant.gate or participant.kept_out:
        return frozenset()
    return rights_of_participant(state, participant)


def rights_of(state: RoomState, actor: Actor) -> frozenset[Right]:
    """Say what an actor may do in this room now. Unknown or absent people may do nothing."""
    match actor:
        case ServerActor() | PlatformActor():
            return frozenset(Right)
        case AccountActor():
            return _rights_of_account(state, actor)
        case ParticipantActor():
            participant = state.participants.get(actor.participant_id)
            if participant is None or not participant.is_in or participant.kept_out:
                return frozenset()
            return rights_of_participant(state, participant)
        case _:
            return frozenset()


def rank_of(state: RoomState, actor: Actor) -> int:
    """Say how high an actor stands: above this nobody can be raised or managed; -1 for nobody."""
    match actor:
        case ServerActor() | PlatformActor():
            return TOP_RANK
        case AccountActor():
            return _rank_of_account(state, actor)
        case ParticipantActor():
            participant = state.participants.get(actor.participant_id)
            return participant.role.rank if participant else -1
        case _:
            return -1


def _rights_of_account(state: RoomState, actor: AccountActor) -> frozenset[Right]:
    collaborator = _part_of(state, actor)
    if collaborator is None:
        return frozenset()
    rights = PART_RIGHTS[collaborator.part]
    participant = _bound_by(state, collaborator)
    if participant is None:
        return rights
    if participant.kept_out:
        return frozenset()
    return rights & (rights_of_participant(state, participant) | LASTING)


def _rank_of_account(state: RoomState, actor: AccountActor) -> int:
    collaborator = _part_of(state, actor)
    if collaborator is None:
        return -1
    rank = PART_ROLES[collaborator.part].rank
    participant = _bound_by(state, collaborator)
    return rank if participant is None else min(rank, participant.role.rank)


def _part_of(state: RoomState, actor: AccountActor) -> Collaborator | None:
    """Find the part of an account that is not blocked; the owner cannot be shut out."""
    collaborator = state.collaborators.get(actor.account_id)
    if collaborator is None or collaborator.part is Part.OWNER:
        return collaborator
    keys = keys_of(
        origin=Origin.ACCOUNT, person=actor.person, device_id=None, account_id=actor.account_id
    )
    return None if any(key in state.blocked_keys for key in keys) else collaborator


def _bound_by(state: RoomState, collaborator: Collaborator) -> Participant | None:
    """Find whom an account is in the running session, which binds it outside the room too.

    Or whoever was demoted or removed could raise or readmit themselves from the media page.
    The owner alone is free: a co-owner must not take the entry away from them.
    """
    session = state.session
    if collaborator.part is Part.OWNER or session is None or session.state is SessionState.ENDED:
        return None
    known = state.by_account.get(collaborator.account_id)
    return state.participants.get(known) if known else None


def may_manage(state: RoomState, actor: Actor, subject: Participant) -> bool:
    """Let people be acted upon by their own rank and above: hosts by hosts alone.

    Source: product page, section 6, Roles.
    """
    return subject.role.rank <= rank_of(state, actor)
