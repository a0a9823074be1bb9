"""What a platform is told of a room (webhooks): read off a record and the states around it.

Announcements are numbered in each room, 1, 2, 3 … without a gap, whether anybody subscribes or
not: whoever decides a record counts them there (`Record.announcements`), and the fold adds up.
A person is announced as joined when they are inside and shown, and as left when they no longer
are, so a connection that drops and comes back within the grace time is neither. The end of a
session stands for everybody who was inside.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from protocol.ids import AccountId, InvitationId, LinkId, ParticipantId, RoomId, SessionId
from protocol.media import MediaSource
from protocol.roles import EndReason, Origin, Role
from protocol.webhooks import Topic
from server.core import events as e
from server.core.events import Event
from server.core.media import media_grant
from server.core.person import Person
from server.core.record import Record
from server.core.state import Invitation, Participant, RoomState
from server.core.touched import touched


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom an announcement is about.

    Args:
        role: in the session now; for an invitation that nobody has redeemed, None.
        by: who changed the role.
        may_publish: what they may send, for a media server.
    """

    person: Person
    participant_id: ParticipantId | None = None
    account_id: AccountId | None = None
    origin: Origin | None = None
    role: Role | None = None
    role_before: Role | None = None
    link_id: LinkId | None = None
    link_name: str = ""
    invitation_id: InvitationId | None = None
    by: Person | None = None
    may_publish: tuple[MediaSource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One fact for the outside.

    Args:
        number: its place among those of the room.
        at: ms UTC.
        people: how many were inside when the session ended.
    """

    number: int
    topic: Topic
    at: int
    entry_id: RoomId
    entry_name: str
    session_id: SessionId | None = None
    about: About | None = None
    reason: EndReason | None = None
    people: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    topic: Topic
    about: About | None = None
    reason: EndReason | None = None
    people: int | None = None


_RANK = {topic: rank for rank, topic in enumerate(Topic)}
"""Of one record: that a session starts comes before who joins, and that it ends after who left."""


def count_announcements(before: RoomState, events: Sequence[Event], after: RoomState) -> int:
    """Say how many announcements events between two states are worth."""
    return sum(1 for _ in _facts(before, events, after))


def announcements_of(before: RoomState, record: Record, after: RoomState) -> list[Announcement]:
    """List the announcements of a record, in the order in which they are told.

    Args:
        before: the state before the record.
        after: the state after it.

    Cost: as `touched`; O(1) for a record that announces nothing.
    """
    entry, session = after.entry, after.session
    if not record.announcements or entry is None:
        return []
    facts = sorted(_facts(before, record.events, after), key=lambda fact: _RANK[fact.topic])
    return [
        Announcement(
            number=number,
            topic=fact.topic,
            at=record.at,
            entry_id=entry.id,
            entry_name=entry.name,
            session_id=session.id if session else None,
            about=fact.about,
            reason=fact.reason,
            people=fact.people,
        )
        for number, fact in enumerate(facts, before.announcements + 1)
    ]


def _facts(before: RoomState, events: Sequence[Event], after: RoomState) -> Iterator[_Fact]:
    has_ended = False
    for event in events:
        match event:
            case e.SessionOpened():
                yield _Fact(topic=Topic.SESSION_STARTED)
            case e.SessionEnded():
                has_ended = True
                people = sum(1 for one in before.participants.values() if one.is_in)
                yield _Fact(topic=Topic.SESSION_ENDED, reason=event.reason, people=people)
            case e.HandRaised():
                yield from _raised(after, event.participant_id)
            case e.InvitationRedeemed(is_return=False) | e.InvitationMailed(outcome="bounced"):
                yield from _invited(after, event)
            case _:
                pass
    if not has_ended:
        yield from _moves(before, events, after)


def _raised(after: RoomState, participant_id: ParticipantId) -> Iterator[_Fact]:
    participant = after.participants.get(participant_id)
    if participant is not None:
        yield _Fact(topic=Topic.HAND_RAISED, about=_about(after, participant))


def _invited(after: RoomState, event: e.InvitationRedeemed | e.InvitationMailed) -> Iterator[_Fact]:
    invitation = after.invitations.get(event.invitation_id)
    if invitation is None:
        return
    if isinstance(event, e.InvitationMailed):
        yield _Fact(topic=Topic.INVITATION_BOUNCED, about=_about_invited(invitation))
        return
    participant = after.participants.get(event.participant_id)
    about = _about(after, participant) if participant else _about_invited(invitation)
    yield _Fact(topic=Topic.INVITATION_REDEEMED, about=about)


def _moves(before: RoomState, events: Iterable[Event], after: RoomState) -> Iterator[_Fact]:
    for participant_id in sorted(touched(before, events).participants):
        old = before.participants.get(participant_id)
        new = after.participants.get(participant_id)
        was_in = old is not None and old.is_in
        if new is None:
            continue
        if new.is_in and not was_in:
            yield _Fact(topic=Topic.PARTICIPANT_JOINED, about=_about(after, new))
        if was_in and not new.is_in:
            yield _Fact(topic=Topic.PARTICIPANT_LEFT, about=_about(after, new))
        if old is not None and old.role is not new.role:
            yield _Fact(topic=Topic.ROLE_CHANGED, about=_about(after, new, old.role))
        if old is None or not was_in or not new.is_in:
            continue
        if media_grant(before, old) != media_grant(after, new):
            yield _Fact(topic=Topic.MEDIA_CHANGED, about=_about(after, new))


def _about(state: RoomState, participant: Participant, role_before: Role | None = None) -> About:
    link = state.links.get(participant.link_id) if participant.link_id else None
    last = participant.role_changes[-1] if participant.role_changes else None
    grant = media_grant(state, participant)
    return About(
        person=participant.person,
        participant_id=participant.id,
        account_id=participant.account_id,
        origin=participant.origin,
        role=participant.role,
        role_before=role_before,
        link_id=participant.link_id,
        link_name=link.name if link else "",
        invitation_id=participant.invitation_id,
        by=last.by if last is not None and role_before is not None else None,
        may_publish=grant.may_publish if grant else (),
    )


def _about_invited(invitation: Invitation) -> About:
    return About(person=invitation.person, invitation_id=invitation.id)
