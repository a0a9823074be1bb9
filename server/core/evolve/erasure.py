"""Steps of erasing: who somebody was is forgotten, what happened stays.

Ids, times and counts are left as they are, so totals stay right, and whoever is kept out stays
out: that goes by digests.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from immutables import Map

from protocol.ids import AccountId, PersonId
from protocol.roles import Origin
from server.core import events as e
from server.core.evolve.parts import Step, put, without
from server.core.person import blank
from server.core.state import (
    BlockRecord,
    Collaborator,
    GuestVisit,
    Invitation,
    Participant,
    RoleChange,
    RoomState,
)

K = TypeVar("K")
V = TypeVar("V")
People = frozenset[PersonId]


def _erased(state: RoomState, event: e.PeopleErased, at: int) -> RoomState:
    """Forget people wherever this room knows them. Cost: O(n) in all that the room holds."""
    ids = frozenset(event.person_ids)
    for participant in list(state.participants.values()):
        if participant.person.id in ids:
            state = _forgotten(state, participant)

    def collaborator(_key: AccountId, one: Collaborator) -> Collaborator:
        return replace(one, person=blank(one.person)) if one.person.id in ids else one

    state = replace(
        state,
        collaborators=_each(state.collaborators, collaborator),
        visits=_kept(state.visits, lambda one: one.person.id not in ids),
        blocks=_each(state.blocks, lambda _key, one: _blocked(one, ids)),
    )
    for invitation in list(state.invitations.values()):
        if invitation.person.id in ids:
            state = _withdrawn(state, invitation, at)
    return _signed_by_nobody(_without_words(state, ids), ids)


def _guests(state: RoomState, event: e.GuestsErased, _at: int) -> RoomState:
    """Forget guests whose names were kept long enough. Cost: as above."""
    going = frozenset(event.participant_ids)
    over = frozenset(event.session_ids)
    ids: set[PersonId] = set()
    for participant_id in going:
        participant = state.participants.get(participant_id)
        if participant is not None:
            ids.add(participant.person.id)
            state = _forgotten(state, participant)

    def stays(visit: GuestVisit) -> bool:
        return visit.participant_id not in going and visit.session_id not in over

    ids |= {one.person.id for one in state.visits.values() if not stays(one)}

    def block(_key: Any, one: BlockRecord) -> BlockRecord:
        is_old = one.link_id is not None and one.blocked_at <= event.before
        return replace(one, person=blank(one.person)) if is_old else one

    state = replace(
        state,
        visits=_kept(state.visits, stays),
        blocks=_each(state.blocks, block),
        names_erased_to=max(state.names_erased_to, event.before),
    )
    state = _without_old_words(state, event.before)
    return _signed_by_nobody(state, frozenset(ids))


def _forgotten(state: RoomState, participant: Participant) -> RoomState:
    """Leave a participant without name, and not to be found by an account."""
    more: dict[str, Any] = {}
    if participant.account_id:
        more["by_account"] = without(state.by_account, participant.account_id)
    changed = replace(participant, person=blank(participant.person), account_id=None)
    return put(state, changed, **more)


def _withdrawn(state: RoomState, invitation: Invitation, at: int) -> RoomState:
    """Leave an invitation without address, so that nobody can come by it."""
    changed = replace(
        invitation,
        person=blank(invitation.person),
        message="",
        code=None,
        revoked_at=invitation.revoked_at or at,
    )
    return replace(
        state,
        invitations=state.invitations.set(invitation.id, changed),
        mails_due=without(state.mails_due, invitation.id),
    )


def _blocked(one: BlockRecord, ids: People) -> BlockRecord:
    return replace(one, person=blank(one.person)) if one.person.id in ids else one


def _signed_by_nobody(state: RoomState, ids: People) -> RoomState:
    """Forget them as those who invited, blocked, or changed a role."""

    def invitation(_key: Any, one: Invitation) -> Invitation:
        is_theirs = one.invited_by.id in ids
        return replace(one, invited_by=blank(one.invited_by)) if is_theirs else one

    for participant in list(state.participants.values()):
        changes = tuple(_change(one, ids) for one in participant.role_changes)
        if changes != participant.role_changes:
            state = put(state, replace(participant, role_changes=changes))
    return replace(
        state,
        invitations=_each(state.invitations, invitation),
        blocks=_each(state.blocks, lambda _key, one: _blocked_by(one, ids)),
        erasures=state.erasures + 1,
    )


def _blocked_by(one: BlockRecord, ids: People) -> BlockRecord:
    is_theirs = one.blocked_by.id in ids
    return replace(one, blocked_by=blank(one.blocked_by)) if is_theirs else one


def _change(one: RoleChange, ids: People) -> RoleChange:
    is_theirs = one.by is not None and one.by.id in ids
    return replace(one, by=blank(one.by)) if is_theirs and one.by else one


def _without_words(state: RoomState, ids: People) -> RoomState:
    return _attempts(state, lambda one: one.person.id in ids)


def _without_old_words(state: RoomState, before: int) -> RoomState:
    return _attempts(
        state, lambda one: one.origin is Origin.GUEST_LINK and one.submitted_at <= before
    )


def _attempts(state: RoomState, is_gone: Callable[[Any], bool]) -> RoomState:
    """Forget who handed answers in, and what they wrote; scores stay."""
    if state.quiz is None:
        return state
    attempts = _each(
        state.quiz.attempts,
        lambda _key, one: replace(one, person=blank(one.person)) if is_gone(one) else one,
    )
    return replace(state, quiz=replace(state.quiz, attempts=attempts))


def _each(known: Map[K, V], changed: Callable[[K, V], V]) -> Map[K, V]:
    """Change some values of a map. The same map when nothing changes."""
    for key, value in list(known.items()):
        new = changed(key, value)
        if new is not value:
            known = known.set(key, new)
    return known


def _kept(known: Map[K, V], stays: Callable[[V], bool]) -> Map[K, V]:
    for key, value in list(known.items()):
        if not stays(value):
            known = known.delete(key)
    return known


STEPS: dict[type, Step] = {
    e.PeopleErased: _erased,
    e.GuestsErased: _guests,
}
