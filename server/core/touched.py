"""Whom an event is about: what an index or a watcher has to look at again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from protocol.ids import InvitationId, ParticipantId
from server.core import events as e
from server.core.events import Event
from server.core.state import RoomState


@dataclass(slots=True)
class Touched:
    """What a batch of events was about.

    Args:
        everybody: so much changed that looking at single people does not pay.
    """

    participants: set[ParticipantId] = field(default_factory=set)
    invitations: set[InvitationId] = field(default_factory=set)
    everybody: bool = False


_EVERYBODY = (
    e.EntryCreated,
    e.EntryEdited,
    e.EntryDeleted,
    e.SettingsEdited,
    e.SessionCreated,
    e.SessionEnded,
    e.PeopleErased,
    e.GuestsErased,
)


_BULK: dict[type, Callable[[RoomState], Iterable[ParticipantId]]] = {
    e.HandsCleared: lambda before: before.hands,
    e.HandsRestored: lambda before: (
        [one for one, _ in before.cleared_hands.hands] if before.cleared_hands else ()
    ),
    e.AllMuted: lambda before: before.microphones,
    e.AllCamerasTurnedOff: lambda before: before.cameras,
    e.HardMuteSet: lambda before: before.on_stage,
    e.WaitingMessageSet: lambda before: before.at_gates,
    e.SessionOpened: lambda before: before.at_gates,
}
"""Events about whoever is in a set when they happen."""


def touched(before: RoomState, events: Iterable[Event]) -> Touched:
    """Say whom a batch of events was about.

    Args:
        before: the state before the first of them. Bulk events reach those named there, and
            those whom an earlier event of the same batch names.

    Cost: O(1) for each event, O(k) for a bulk event that changed k people.
    """
    found = Touched()
    for event in events:
        if isinstance(event, _EVERYBODY):
            found.everybody = True
        _add(before, event, found)
    return found


def _add(before: RoomState, event: Event, found: Touched) -> None:
    bulk = _BULK.get(type(event))
    if bulk is not None:
        found.participants.update(bulk(before))
        return
    match event:
        case e.ParticipantJoined():
            found.participants.add(event.participant.id)
            for invitation_id in event.participant.invitations:
                _add_invitation(invitation_id, found)
        case e.BlockAdded():
            _add_participant(before, event.block.participant_id, found)
        case e.InvitationCreated() | e.InvitationUpdated():
            found.invitations.add(event.invitation.id)
        case e.CollaboratorSet() | e.CollaboratorRemoved():
            _add_account(before, event, found)
        case _:
            _add_named(before, event, found)


def _add_account(
    before: RoomState, event: e.CollaboratorSet | e.CollaboratorRemoved, found: Touched
) -> None:
    if isinstance(event, e.CollaboratorSet):
        account_id = event.collaborator.account_id
    else:
        account_id = event.account_id
    participant_id = before.by_account.get(account_id)
    if participant_id is not None:
        found.participants.add(participant_id)


def _add_named(before: RoomState, event: Event, found: Touched) -> None:
    participant_id = getattr(event, "participant_id", None)
    if participant_id is not None:
        _add_participant(before, participant_id, found)
    _add_invitation(getattr(event, "invitation_id", None), found)


def _add_participant(before: RoomState, participant_id: ParticipantId, found: Touched) -> None:
    """Add somebody, and the rows of the ledger that depend on whether they are here."""
    found.participants.add(participant_id)
    participant = before.participants.get(participant_id)
    for invitation_id in participant.invitations if participant is not None else ():
        _add_invitation(invitation_id, found)


def _add_invitation(invitation_id: InvitationId | None, found: Touched) -> None:
    if invitation_id is not None:
        found.invitations.add(invitation_id)
