"""The parts of a view: rows, groups, counts; made anew only where something has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import is_
from typing import Any

from protocol.ids import InvitationId, ParticipantId
from protocol.roles import Group, MailState, StagePlace
from protocol.views import Counts, GroupView, LedgerRow, Range, Row, SessionView, View
from server.core.audience import Audience, hidden_fields
from server.core.roster import Found, Roster
from server.core.state import Entry, Invitation, Participant, RoomState, Session
from server.core.validity import expires_at, ledger_state


class Rows:
    """What the newest view through one window was made of, so that only what has changed is made.

    Nothing in a state is changed in place: who is the same object has the same row. What is
    the same in two views is the same object in both, and `diff` does not look into it.
    """

    __slots__ = ("_counts", "_groups", "_matches", "_session", "_view")

    def __init__(self) -> None:
        """Start without any."""
        self._view: View | None = None
        self._groups: dict[Group, _MadeGroup] = {}
        self._session: tuple[Entry, Session, bool, SessionView] | None = None
        self._counts: tuple[tuple[int, ...], Counts] | None = None
        self._matches: tuple[tuple[int, ...], Counts] | None = None

    def session(self, entry: Entry, session: Session, *, shows_names: bool) -> SessionView:
        """Give the state of the session."""
        made = self._session
        if made is None or made[0] is not entry or made[1] is not session or made[2] != shows_names:
            view = _session(entry, session, shows_names=shows_names)
            made = self._session = (entry, session, shows_names, view)
        return made[3]

    def counts(self, roster: Roster, audience: Audience) -> Counts:
        """Give the counts of everybody, exact."""
        numbers = _numbers(roster)
        if self._counts is None or self._counts[0] != numbers:
            self._counts = (numbers, _counts(numbers, audience))
        return self._counts[1]

    def matches(self, found: Found, audience: Audience) -> Counts:
        """Give the counts of those whom the search finds."""
        numbers = _numbers(found)
        if self._matches is None or self._matches[0] != numbers:
            self._matches = (numbers, _counts(numbers, audience))
        return self._matches[1]

    def group(
        self,
        state: RoomState,
        listed: Roster | Found,
        audience: Audience,
        group: Group,
        wanted: Range,
    ) -> GroupView:
        """Give the rows of people in a stretch of a group."""
        first, ids = _stretch(listed, group, wanted)
        people = state.participants
        members = [people[ParticipantId(one)] for one in ids]
        shows_links = "link_name" not in hidden_fields(Row, audience)
        link_names = [_link_name(state, one) for one in members] if shows_links else None
        made = self._groups.get(group)
        if made is not None and made.is_of(first, members, link_names):
            return made.view
        known = made.rows if made is not None else {}
        rows: dict[ParticipantId, tuple[Participant, Row]] = {}
        for at, one in enumerate(members):
            had = known.get(one.id)
            is_same = had is not None and had[0] is one
            if had is None or not is_same or (link_names and had[1].link_name != link_names[at]):
                had = (one, row(state, one.id, audience))
            rows[one.id] = had
        view = GroupView.made(
            first=first, rows=tuple(had[1] for had in rows.values()), invitations=()
        )
        self._groups[group] = _MadeGroup(members, link_names, rows, view)
        return view

    def view(
        self,
        session: SessionView,
        counts: Counts,
        matches: Counts | None,
        groups: dict[Group, GroupView],
    ) -> View:
        """Put the parts together; the view before when all of them are."""
        old = self._view
        if (
            old is not None
            and session is old.session
            and counts is old.counts
            and matches is old.matches
            and groups.keys() == old.groups.keys()
            and all(groups[group] is old.groups[group] for group in groups)
        ):
            return old
        self._view = View.made(session=session, counts=counts, matches=matches, groups=groups)
        return self._view


@dataclass(frozen=True, slots=True)
class _MadeGroup:
    """What the rows of a group were made of."""

    members: list[Participant]
    link_names: list[str | None] | None
    rows: dict[ParticipantId, tuple[Participant, Row]]
    view: GroupView

    def is_of(self, first: int, members: list[Participant], links: list[str | None] | None) -> bool:
        """Say whether the rows would be made of the same again."""
        return (
            first == self.view.first
            and len(members) == len(self.members)
            and all(map(is_, members, self.members))
            and links == self.link_names
        )


def _numbers(listed: Roster | Found) -> tuple[int, ...]:
    return tuple(map(listed.count, _COUNTED))


_COUNTED = (
    Group.RAISED_HANDS,
    Group.ON_STAGE,
    Group.VIEWERS,
    Group.WAITING,
    Group.INVITED,
)


def _counts(numbers: tuple[int, ...], audience: Audience) -> Counts:
    hands, on_stage, viewers, waiting, invited = numbers
    values: dict[str, Any] = {
        "all": hands + on_stage + viewers,
        "raised_hands": hands,
        "on_stage": on_stage,
        "viewers": viewers,
        "waiting": waiting,
        "invited": invited,
    }
    for name in hidden_fields(Counts, audience):
        values[name] = None
    return Counts.made(**values)


def _session(entry: Entry, session: Session, *, shows_names: bool) -> SessionView:
    return SessionView.made(
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


def _stretch(listed: Roster | Found, group: Group, wanted: Range) -> tuple[int, Sequence[str]]:
    """Say where a window begins in a group, and who is in it.

    One that lies behind the end (the group shrank) shows the last stretch instead.
    """
    first = max(0, min(wanted.first, listed.count(group) - wanted.count))
    return first, listed.ids(group, first, wanted.count)


def ledger(state: RoomState, listed: Roster | Found, wanted: Range, now: int) -> GroupView:
    """Make the rows of the ledger in a stretch of it. `now` is ms UTC."""
    first, ids = _stretch(listed, Group.INVITED, wanted)
    rows = tuple(ledger_row(state, InvitationId(one), now) for one in ids)
    return GroupView.made(first=first, rows=(), invitations=rows)


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
    return Row.made(**values)


def _link_name(state: RoomState, participant: Participant) -> str | None:
    link = state.links.get(participant.link_id) if participant.link_id else None
    return link.name if link else None


def ledger_row(state: RoomState, invitation_id: InvitationId, now: int) -> LedgerRow:
    """Make one row of the ledger, for those who may invite."""
    invitation: Invitation = state.invitations[invitation_id]
    return LedgerRow.made(
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
