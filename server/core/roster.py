"""The groups of the Participants tab, in order, with rank: an index over the state.

Not part of the state: it is advanced by what a batch of events touched, and can always be
built anew. Sorted lists come from `sortedcontainers`; insert and rank cost O(log n).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sortedcontainers import SortedList

from protocol.ids import ParticipantId
from protocol.roles import Gate, Group, StagePlace
from server.core.names import fold
from server.core.person import Person
from server.core.state import Invitation, Participant, RoomState
from server.core.touched import Touched

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in the tab: in which group, how far down (from 0)."""

    group: Group
    position: int


def group_of(participant: Participant) -> Group | None:
    """Say in which one group somebody is shown; None when they are not shown.

    The first that fits, in the order of the tab: a speaker who raises a hand is found under
    *Raised hands*.
    """
    if not participant.is_here or participant.kept_out:
        return None
    if participant.gate is not None:
        return Group.WAITING if participant.gate is Gate.WAITING_ROOM else None
    if participant.hand_raised_at is not None:
        return Group.RAISED_HANDS
    return Group.ON_STAGE if participant.stage is StagePlace.ON else Group.VIEWERS


def order_key(participant: Participant, group: Group, folded: str) -> Key:
    """Give the key that sorts somebody inside a group; the id makes it unique.

    Args:
        folded: the name as a search compares it (`names.fold`).

    Source: product page, section 5: hands by time; stage by role, then since when; viewers by
    role, then name.
    """
    match group:
        case Group.WAITING:
            return (participant.waiting_since or 0, participant.id)
        case Group.RAISED_HANDS:
            return (participant.hand_raised_at or 0, participant.id)
        case Group.ON_STAGE:
            return (-participant.role.rank, participant.stage_since or 0, participant.id)
        case _:
            name = participant.person.name
            return (-participant.role.rank, folded, name, participant.id)


@dataclass(frozen=True, slots=True)
class Text:
    """What a search compares, folded once for each person and not for each search."""

    person: Person
    name: str
    email: str


class Roster:
    """The ordered groups of one room.

    Invariants (`check`): one participant stands in at most one group; every group is sorted;
    counts are lengths, so they are exact.
    """

    def __init__(self, state: RoomState) -> None:
        """Build from a state. Cost: O(n log n)."""
        self._groups: dict[Group, SortedList[Key]] = {}
        self._where: dict[str, tuple[Group, Key]] = {}
        self._texts: dict[str, Text] = {}
        self.rebuild(state)

    def rebuild(self, state: RoomState) -> None:
        """Forget everything and build from a state. Cost: O(n log n)."""
        keys: dict[Group, list[Key]] = {group: [] for group in Group}
        self._where = {}
        for participant in state.participants.values():
            self._note(participant.id, participant.person)
            self._collect(participant.id, self._place_participant(participant), keys)
        for invitation in state.invitations.values():
            self._note(invitation.id, invitation.person)
            self._collect(invitation.id, _place_invitation(state, invitation), keys)
        self._groups = {group: SortedList(found) for group, found in keys.items()}
        self._texts = {one: self._texts[one] for one in self._where}

    def _collect(
        self, one: str, placed: tuple[Group, Key] | None, keys: dict[Group, list[Key]]
    ) -> None:
        if placed is not None:
            self._where[one] = placed
            keys[placed[0]].append(placed[1])

    def _note(self, one: str, person: Person) -> None:
        known = self._texts.get(one)
        if known is None or known.person != person:
            self._texts[one] = Text(person, fold(person.name), fold(person.email))

    def advance(self, after: RoomState, touched: Touched) -> None:
        """Follow a batch of events. Cost: O(log n) for each one touched."""
        if touched.everybody:
            self.rebuild(after)
            return
        for participant_id in touched.participants:
            participant = after.participants.get(participant_id)
            placed = None
            if participant is not None:
                self._note(participant_id, participant.person)
                placed = self._place_participant(participant)
            self._move(participant_id, placed)
        for invitation_id in touched.invitations:
            invitation = after.invitations.get(invitation_id)
            placed = None
            if invitation is not None:
                self._note(invitation_id, invitation.person)
                placed = _place_invitation(after, invitation)
            self._move(invitation_id, placed)

    def _move(self, one: str, placed: tuple[Group, Key] | None) -> None:
        _move(self._groups, self._where, one, placed)
        if placed is None:
            self._texts.pop(one, None)

    def _place_participant(self, participant: Participant) -> tuple[Group, Key] | None:
        group = group_of(participant)
        if group is None:
            return None
        return group, order_key(participant, group, self._texts[participant.id].name)

    def count(self, group: Group) -> int:
        """Count a group."""
        return len(self._groups[group])

    def ids(self, group: Group, first: int, count: int) -> Sequence[str]:
        """List the ids in a stretch of a group. Cost: O(log n + count)."""
        return [key[-1] for key in self._groups[group].islice(first, first + count)]

    def place_of(self, one: ParticipantId) -> Place | None:
        """Say where somebody stands; None when they are not shown. Cost: O(log n)."""
        found = self._where.get(one)
        return Place(found[0], self._groups[found[0]].index(found[1])) if found else None

    def placed(self) -> Iterable[tuple[str, tuple[Group, Key]]]:
        """List everybody shown, in no order."""
        return self._where.items()

    def placed_at(self, one: str) -> tuple[Group, Key] | None:
        """Get the group and sort key of somebody shown."""
        return self._where.get(one)

    def text_of(self, one: str) -> Text:
        """Get what a search compares for somebody shown."""
        return self._texts[one]

    def search(self, query: str, *, with_email: bool) -> "Found":
        """Find people by a part of their name, or e-mail for those who may see it.

        Cost: O(n) once; then `Found.advance` follows.
        """
        return Found(self, query, with_email=with_email)

    def check(self, state: RoomState) -> None:
        """Raise AssertionError unless this is what a new index of the state would be.

        Cost: O(n log n); for tests.
        """
        fresh = Roster(state)
        rows = sum(len(keys) for keys in self._groups.values())
        problems = {
            "a row is missing or stale": self._where != fresh._where,
            "a text is missing or stale": self._texts != fresh._texts,
            "a group is out of order": self._groups != fresh._groups,
            "one stands in two groups": rows != len(self._where),
        }
        wrong = [problem for problem, is_so in problems.items() if is_so]
        if wrong:
            raise AssertionError(wrong)


class Found:
    """Those of a roster whom a search finds, in the same groups and order."""

    def __init__(self, roster: Roster, query: str, *, with_email: bool) -> None:
        """Look through the whole roster once."""
        self._roster = roster
        self._query = fold(query)
        self._with_email = with_email
        self._groups: dict[Group, SortedList[Key]] = {}
        self._where: dict[str, tuple[Group, Key]] = {}
        self.rebuild()

    def rebuild(self) -> None:
        """Look through the whole roster again. Cost: O(n)."""
        keys: dict[Group, list[Key]] = {group: [] for group in Group}
        self._where = {}
        for one, placed in self._roster.placed():
            if self._finds(one):
                self._where[one] = placed
                keys[placed[0]].append(placed[1])
        self._groups = {group: SortedList(found) for group, found in keys.items()}

    def _finds(self, one: str) -> bool:
        text = self._roster.text_of(one)
        return self._query in text.name or (self._with_email and self._query in text.email)

    def advance(self, roster: Roster, touched: Touched) -> None:
        """Follow a roster that was advanced. Cost: O(log n) for each touched.

        Args:
            roster: another one than before where the room was read anew; then touched is
                everybody.
        """
        self._roster = roster
        if touched.everybody:
            self.rebuild()
            return
        for one in (*touched.participants, *touched.invitations):
            placed = self._roster.placed_at(one)
            found = placed if placed is not None and self._finds(one) else None
            _move(self._groups, self._where, one, found)

    def count(self, group: Group) -> int:
        """Count those found in a group."""
        return len(self._groups[group])

    def ids(self, group: Group, first: int, count: int) -> Sequence[str]:
        """List those found in a stretch of a group."""
        return [key[-1] for key in self._groups[group].islice(first, first + count)]


def _move(
    groups: dict[Group, SortedList[Key]],
    where: dict[str, tuple[Group, Key]],
    one: str,
    placed: tuple[Group, Key] | None,
) -> None:
    old = where.get(one)
    if old == placed:
        return
    if old is not None:
        groups[old[0]].remove(old[1])
        del where[one]
    if placed is not None:
        groups[placed[0]].add(placed[1])
        where[one] = placed


def _place_invitation(state: RoomState, invitation: Invitation) -> tuple[Group, Key] | None:
    """Place an invitation under *Invited, not here*, the newest first; not while inside."""
    known = invitation.participant_id
    participant = state.participants.get(known) if known else None
    if participant is not None and participant.is_here:
        return None
    return Group.INVITED, (-invitation.created_at, invitation.id)
