"""What a rule needs to decide: the state, who asks, the moment, fresh ids; and how it refuses."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from protocol.errors import ErrorCode
from protocol.ids import ParticipantId, PersonId, RoomId, SessionId
from protocol.roles import Right, SessionState
from server.core.actors import AccountActor, Actor, ParticipantActor, VisitorActor
from server.core.events import Event
from server.core.names import clean_email, clean_name
from server.core.person import Person, person_id
from server.core.rights import may_manage, rank_of, rights_of
from server.core.state import Entry, Participant, RoomState, Session


class Fresh:
    """Fresh ids from a seed: the same seed gives the same ids, so a decision can be repeated."""

    def __init__(self, seed: bytes) -> None:
        """Start from a seed of at least 16 random bytes."""
        self._seed = seed
        self._made = 0

    def id(self, prefix: str) -> str:
        """Make the next id: the prefix and 96 bits that nobody can guess."""
        self._made += 1
        digest = hashlib.blake2b(
            self._made.to_bytes(8, "big"), key=self._seed, digest_size=12
        ).hexdigest()
        return f"{prefix}_{digest}"


class Refused(Exception):
    """Leaves a rule with a refusal; `decide` turns it into a value.

    Args:
        facts: events that must be recorded although the answer is no (a missed code).
    """

    def __init__(
        self, code: ErrorCode, where: str | None = None, facts: Sequence[Event] = ()
    ) -> None:
        """Carry the code and, for `bad_request`, the field."""
        super().__init__(code)
        self.code = code
        self.where = where
        self.facts = tuple(facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a rule decides: events, and facts for the one who asked."""

    events: Sequence[Event]
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One decision's surroundings. `now` is in ms UTC; `person_key` derives person ids."""

    state: RoomState
    actor: Actor
    now: int
    fresh: Fresh
    person_key: bytes

    @property
    def entry(self) -> Entry:
        """The entry, which exists and is not deleted."""
        entry = self.state.entry
        if entry is None or entry.is_deleted:
            raise Refused(ErrorCode.NOT_FOUND)
        return entry

    @property
    def session(self) -> Session:
        """The session, which has not ended."""
        session = self.state.session
        if session is None or session.state is SessionState.ENDED:
            raise Refused(ErrorCode.SESSION_ENDED)
        return session

    @property
    def rank(self) -> int:
        """How high the actor stands."""
        return rank_of(self.state, self.actor)

    def need(self, right: Right) -> None:
        """Refuse unless the actor has the right now."""
        if right not in rights_of(self.state, self.actor):
            raise Refused(ErrorCode.NOT_ALLOWED)

    def me(self) -> Participant:
        """Get the participant who acts, who is in the room."""
        if not isinstance(self.actor, ParticipantActor):
            raise Refused(ErrorCode.NOT_ALLOWED)
        participant = self.state.participants.get(self.actor.participant_id)
        if participant is None or participant.kept_out or not participant.is_in:
            raise Refused(ErrorCode.NOT_ALLOWED)
        return participant

    def is_me(self, participant_id: ParticipantId) -> bool:
        """Say whether the actor is that participant."""
        actor = self.actor
        return isinstance(actor, ParticipantActor) and actor.participant_id == participant_id

    def is_same(self, participant: Participant) -> bool:
        """Say whether the actor is that person, in the room or signed in outside of it."""
        if isinstance(self.actor, AccountActor):
            return participant.account_id == self.actor.account_id
        return self.is_me(participant.id)

    def subject(self, participant_id: ParticipantId, right: Right) -> Participant:
        """Get somebody in the room to act upon, whom the actor may manage with this right."""
        self.need(right)
        participant = self.known(participant_id)
        if not participant.is_in:
            raise Refused(ErrorCode.NOT_FOUND)
        return participant

    def known(self, participant_id: ParticipantId) -> Participant:
        """Get somebody of this session, here or not, whom the actor may manage."""
        participant = self.state.participants.get(participant_id)
        if participant is None:
            raise Refused(ErrorCode.NOT_FOUND)
        if not may_manage(self.state, self.actor, participant):
            raise Refused(ErrorCode.NOT_ALLOWED)
        return participant

    def my_person(self) -> Person:
        """Say who acts, for the record."""
        match self.actor:
            case AccountActor():
                return self.actor.person
            case VisitorActor(person=Person() as person):
                return person
            case ParticipantActor():
                return self.me().person
            case _:
                return Person(PersonId("platform"), "Platform")

    def person(self, name: str, email: str, *, where: str = "") -> Person:
        """Make a person of a typed name and e-mail, cleaned.

        Raises:
            Refused: `bad_request`, naming the field, when nothing usable is left of one.
        """
        address = clean_email(email)
        if address is None:
            raise Refused(ErrorCode.BAD_REQUEST, f"{where}email")
        cleaned = clean_name(name)
        if cleaned is None:
            raise Refused(ErrorCode.BAD_REQUEST, f"{where}name")
        return Person(person_id(address, self.person_key), cleaned, address)

    def session_id(self, room: RoomId) -> SessionId:
        """Make the id of a new session, from which the room can be read off."""
        return SessionId(f"{room}.{self.fresh.id('s')}")


def cleaned_name(text: str, where: str = "name") -> str:
    """Clean a name, or refuse with `bad_request` when nothing visible is left of it."""
    name = clean_name(text)
    if name is None:
        raise Refused(ErrorCode.BAD_REQUEST, where)
    return name
