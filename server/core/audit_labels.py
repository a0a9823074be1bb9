"""Who stands in a line of the audit log, as they were at that moment."""

from dataclasses import dataclass

from protocol.ids import InvitationId, ParticipantId
from protocol.roles import Origin
from server.core.actors import AccountActor, Actor, ParticipantActor, PlatformActor, VisitorActor
from server.core.chain import Label
from server.core.person import Person
from server.core.state import Collaborator, RoomState


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a line is made of: the states around a decision, who decided, and when."""

    before: RoomState
    after: RoomState
    actor: Actor
    now: int


def actor_label(scene: Scene, by: Person | None = None) -> Label:
    """Name who decided; a visitor who comes in by somebody's word, by that one (`by`)."""
    actor = scene.actor
    match actor:
        case ParticipantActor():
            return label_of(scene, actor.participant_id)
        case AccountActor():
            return Label(id=actor.key, person=actor.person, known_at=scene.now)
        case VisitorActor():
            if by is not None:
                return _inviter(scene, by)
            return Label(id=actor.key, person=actor.person, known_at=scene.now)
        case PlatformActor():
            return Label(id=actor.key)
        case _:
            return Label(id="")


def _inviter(scene: Scene, by: Person) -> Label:
    """Name whoever let somebody in by an invitation: a guest's name has to go as a guest's."""
    people = scene.before.participants.values()
    found = next((one.id for one in people if one.person.id == by.id), None)
    if found is not None:
        return label_of(scene, found)
    return Label(id=f"person:{by.id}", person=by, known_at=scene.now)


def label_of(scene: Scene, participant_id: ParticipantId) -> Label:
    """Name a participant as they were before; those who only come now, as they are."""
    known = scene.before.participants.get(participant_id)
    who = known or scene.after.participants.get(participant_id)
    name = f"participant:{participant_id}"
    if who is None:
        return Label(id=name)
    return Label(
        id=name,
        person=who.person,
        is_guest=who.origin is Origin.GUEST_LINK,
        known_at=scene.now,
    )


def invited_label(scene: Scene, invitation_id: InvitationId) -> Label:
    """Name whoever is invited."""
    found = scene.after.invitations.get(invitation_id)
    name = f"invitation:{invitation_id}"
    return Label(id=name, person=found.person if found else None, known_at=scene.now)


def collaborator_label(scene: Scene, one: Collaborator) -> Label:
    """Name somebody with a part in the entry, by their account."""
    return Label(id=f"account:{one.account_id}", person=one.person, known_at=scene.now)


def is_own(scene: Scene, participant_id: ParticipantId) -> bool:
    """Say whether somebody acts on themselves."""
    actor = scene.actor
    return isinstance(actor, ParticipantActor) and actor.participant_id == participant_id
