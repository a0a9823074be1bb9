"""The three gates: the table, its order, and that people move on by themselves."""

from dataclasses import replace
from itertools import product

import pytest

from protocol import commands as c
from protocol.roles import (
    Gate,
    InvitationType,
    Origin,
    Part,
    Right,
    Role,
    SessionState,
    WaitReason,
)
from protocol.settings import EntrySettings
from server.core import events as e
from server.core.gates import GATES, INSIDE, Stand, stand_of
from tests.core.given import HOUR, NOON, Story

COUNTDOWN = Stand(Gate.COUNTDOWN)
SENT_BACK = Stand(Gate.WAITING_ROOM, WaitReason.SENT_BACK)
LOCKED = Stand(Gate.WAITING_ROOM, WaitReason.LOCKED)
APPROVAL = Stand(Gate.WAITING_ROOM, WaitReason.APPROVAL)


def test_the_gates_stand_in_this_order() -> None:
    assert [stand for _, stand in GATES] == [COUNTDOWN, SENT_BACK, LOCKED, APPROVAL]


def expected(
    life: SessionState,
    role: Role,
    *,
    is_locked: bool,
    asks: bool,
    is_admitted: bool,
    is_sent_back: bool,
) -> Stand:
    """Say in plain words where a guest stands."""
    is_staff = role in (Role.HOST, Role.MODERATOR)
    if life in (SessionState.SCHEDULED, SessionState.EARLY) and not is_staff:
        return COUNTDOWN
    if is_sent_back:
        return SENT_BACK
    if is_locked and not is_staff:
        return LOCKED
    if asks and role is Role.VIEWER and not is_admitted:
        return APPROVAL
    return INSIDE


FLAGS = tuple(product([False, True], repeat=4))


@pytest.mark.parametrize("life", SessionState)
@pytest.mark.parametrize("role", Role)
def test_where_a_guest_stands_in_every_state_of_the_room(life: SessionState, role: Role) -> None:
    story = Story()
    guest = story.guest
    for is_locked, asks, is_admitted, is_sent_back in FLAGS:
        state = replace(
            story.state,
            session=replace(story.session, state=life, is_locked=is_locked),
            entry=replace(story.entry, settings=EntrySettings(approve_guests=asks)),
        )
        participant = replace(
            guest.now,
            role=role,
            is_admitted=is_admitted,
            wait_reason=WaitReason.SENT_BACK if is_sent_back else None,
        )
        assert stand_of(state, participant) == expected(
            life,
            role,
            is_locked=is_locked,
            asks=asks,
            is_admitted=is_admitted,
            is_sent_back=is_sent_back,
        )


@pytest.mark.parametrize("origin", [Origin.ACCOUNT, Origin.INVITATION])
def test_approval_is_asked_of_guests_alone(origin: Origin) -> None:
    story = Story(approve_guests=True)
    guest = story.guest
    assert stand_of(story.state, guest.now) == APPROVAL
    assert stand_of(story.state, replace(guest.now, origin=origin, link_id=None)) == INSIDE


def test_a_link_asks_for_approval_by_itself() -> None:
    story = Story()
    story.given(story.host, c.EditGuestLink(link_id=story.open_link, needs_approval=True))
    assert story.guest.gate() is Gate.WAITING_ROOM


def test_single_rights_open_the_gates_that_they_are_for() -> None:
    story = Story(is_open=False)
    guest = story.guest
    early = replace(guest.now, granted=frozenset({Right.ENTER_EARLY}))
    assert stand_of(story.state, early) == INSIDE
    story.starts()
    story.given(story.host, c.SetLock(is_locked=True))
    passing = replace(guest.now, granted=frozenset({Right.PASS_LOCK}))
    assert stand_of(story.state, passing) == INSIDE


# --- moving on by themselves ---------------------------------------------------------------


def test_somebody_passes_all_gates_one_after_the_other() -> None:
    story = Story(is_open=False, approve_guests=True, starts_at=NOON + HOUR)
    guest = story.guest
    seen = [(guest.gate(), guest.now.wait_reason)]
    story.given(story.host, c.SetLock(is_locked=True), c.StartSession())
    seen.append((guest.gate(), guest.now.wait_reason))
    story.given(story.host, c.SetLock(is_locked=False))
    seen.append((guest.gate(), guest.now.wait_reason))
    story.given(story.host, c.Admit(participant_ids=(guest.id,)))
    seen.append((guest.gate(), guest.now.wait_reason))
    assert seen == [
        (Gate.COUNTDOWN, None),
        (Gate.WAITING_ROOM, WaitReason.LOCKED),
        (Gate.WAITING_ROOM, WaitReason.APPROVAL),
        (None, None),
    ]


def test_a_lock_over_those_who_wait_for_approval_says_why_they_wait_now() -> None:
    story = Story(approve_guests=True)
    guest = story.guest
    seen = []
    for is_locked in (True, False):
        story.given(story.host, c.SetLock(is_locked=is_locked))
        seen.append((guest.now.wait_reason, guest.now.waiting_since))
    assert seen == [(WaitReason.LOCKED, NOON), (WaitReason.APPROVAL, NOON)]


def test_a_link_that_asks_no_more_lets_its_people_in() -> None:
    story = Story()
    knock = story.makes_link("Knock", needs_approval=True)
    guest = story.came("Gus", knock)
    story.when(story.host, c.EditGuestLink(link_id=knock, needs_approval=False)).then_among(
        e.ParticipantAdmitted(participant_id=guest.id)
    )
    assert guest.now.is_in


def test_a_promotion_by_invitation_passes_the_countdown() -> None:
    story = Story(is_open=False)
    viewer = story.viewer
    assert viewer.gate() is Gate.COUNTDOWN
    story.invites(viewer, InvitationType.MODERATOR)
    assert viewer.now.is_in
    assert story.life() is SessionState.EARLY


@pytest.mark.parametrize("part", [Part.CO_OWNER, Part.CO_PUBLISHER])
def test_staff_enter_early(part: Part) -> None:
    story = Story(is_open=False)
    assert story.comes(story.collaborator("Cora", part)).gate() is None


def test_a_co_viewer_counts_down() -> None:
    story = Story(is_open=False)
    assert story.comes(story.collaborator("Vic", Part.CO_VIEWER)).gate() is Gate.COUNTDOWN


def test_nobody_loses_their_place_when_all_staff_are_away() -> None:
    story = Story(approve_guests=True)
    first, second = story.came("First", story.open_link), story.came("Second", story.open_link)
    story.leaves(story.host)
    story.passes(5 * 60_000)
    assert [first.gate(), second.gate()] == [Gate.WAITING_ROOM] * 2
    story.enters(story.host)
    story.connects(story.host)
    answer = story.when(story.host, c.AdmitAll())
    assert answer.result == {"admitted": 2}
