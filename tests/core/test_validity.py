"""Whether a link or an invitation works now, and if not, why."""

from dataclasses import replace

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import LinkId
from protocol.roles import EntryKind, LedgerState, LinkState
from server.core.state import GuestLink
from server.core.validity import (
    LINK_REFUSALS,
    expires_at,
    invitation_refusal,
    ledger_state,
    link_state,
)
from tests.core.given import DAY, HOUR, MINUTE, NOON, Someone, Story

LINK = GuestLink(id=LinkId("l_1"), name="Class", created_at=NOON)
ON = replace(Story(is_open=False).state, is_guest_access_on=True)

# --- guest links ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "state"),
    [
        (LINK, LinkState.ACTIVE),
        (replace(LINK, is_paused=True), LinkState.PAUSED),
        (replace(LINK, expires_at=NOON), LinkState.EXPIRED),
        (replace(LINK, expires_at=NOON + 1), LinkState.ACTIVE),
        (replace(LINK, max_uses=1, uses=1), LinkState.USED_UP),
        (replace(LINK, max_uses=1, uses=2), LinkState.USED_UP),
        (replace(LINK, max_uses=2, uses=1), LinkState.ACTIVE),
        (replace(LINK, is_paused=True, expires_at=NOON, max_uses=1, uses=1), LinkState.PAUSED),
        (replace(LINK, expires_at=NOON, max_uses=1, uses=1), LinkState.EXPIRED),
    ],
)
def test_a_guest_link_is_in_one_state(link: GuestLink, state: LinkState) -> None:
    assert link_state(ON, link, NOON) is state


def test_the_master_switch_comes_first() -> None:
    off = replace(ON, is_guest_access_on=False)
    assert link_state(off, replace(LINK, is_paused=True), NOON) is LinkState.OFF


def test_every_state_but_active_has_its_refusal() -> None:
    assert set(LINK_REFUSALS) == set(LinkState) - {LinkState.ACTIVE}


# --- invitations ---------------------------------------------------------------------------


def until(story: Story, someone: Someone) -> int | None:
    return expires_at(story.state, story.invitation_of(someone))


def test_an_invitation_without_schedule_waits_a_day_for_the_start_and_then_has_no_end() -> None:
    story = Story(is_open=False)
    invitee = story.invitee
    assert until(story, invitee) == NOON + DAY
    story.comes(story.owner)
    assert until(story, invitee) == NOON + DAY
    story.starts()
    assert until(story, invitee) is None
    story.passes(3 * DAY)
    assert until(story, invitee) is None
    story.ends()
    assert until(story, invitee) == story.now + DAY


def test_with_a_schedule_the_grace_counts_from_its_end_or_its_start() -> None:
    story = Story(is_open=False, starts_at=NOON + 7 * DAY)
    invitee = story.invitee
    assert until(story, invitee) == NOON + 8 * DAY
    story.given(story.owner.account, c.EditEntry(ends_at=NOON + 7 * DAY + HOUR))
    assert until(story, invitee) == NOON + 8 * DAY + HOUR


def test_a_session_that_opens_too_late_does_not_revive_an_invitation() -> None:
    story = Story(is_open=False)
    invitee = story.invitee
    story.passes(2 * DAY)
    story.starts()
    assert until(story, invitee) == NOON + DAY
    story.accepts(invitee).then_refused(ErrorCode.LINK_EXPIRED)


def test_an_invitation_is_for_one_session() -> None:
    story = Story()
    first = story.someone("First")
    story.invites(first)
    story.passes(MINUTE)
    story.ends()
    ended_at = story.now
    story.passes(HOUR)
    story.starts()
    second = story.someone("Second")
    story.invites(second)
    story.passes(MINUTE)
    story.ends()
    assert until(story, first) == ended_at + DAY
    assert until(story, second) == story.now + DAY
    story.passes(30 * DAY)
    story.starts()
    assert until(story, first) == ended_at + DAY


def test_after_the_end_an_invitation_is_for_the_session_that_is_planned() -> None:
    story = Story()
    story.ends()
    story.passes(HOUR)
    story.given(story.owner.account, c.EditEntry(starts_at=story.now + 7 * DAY))
    invitee = story.someone("Ines")
    story.invites(invitee)
    assert until(story, invitee) == story.now + 8 * DAY


def test_what_is_not_live_counts_from_the_making() -> None:
    story = Story(EntryKind.VIDEO)
    invitee = story.someone("Ines")
    story.invites(invitee)
    assert until(story, invitee) == NOON + DAY


def test_the_grace_is_the_entrys() -> None:
    story = Story(is_open=False, invitation_grace_s=60)
    assert until(story, story.invitee) == NOON + MINUTE


def test_a_moment_of_its_own_counts_alone() -> None:
    story = Story()
    invitee = story.someone("Ines")
    story.invites(invitee, valid_minutes=5)
    assert until(story, invitee) == NOON + 5 * MINUTE
    story.ends()
    assert until(story, invitee) == NOON + 5 * MINUTE


def test_without_an_entry_nothing_is_known() -> None:
    story = Story()
    invitation = story.invitation_of(story.invitee)
    assert expires_at(replace(story.state, entry=None), invitation) is None
    assert expires_at(replace(story.state, session=None), invitation) is None


def test_why_an_invitation_lets_nobody_in() -> None:
    story = Story()
    invitee = story.someone("Ines")
    story.invites(invitee, valid_minutes=5)
    known = story.invitation_of(invitee)
    assert invitation_refusal(story.state, known, 1, NOON) is None
    assert invitation_refusal(story.state, known, 2, NOON) is ErrorCode.LINK_REVOKED
    late = NOON + 5 * MINUTE
    assert invitation_refusal(story.state, known, 1, late) is ErrorCode.LINK_EXPIRED
    revoked = replace(known, revoked_at=NOON)
    assert invitation_refusal(story.state, revoked, 1, late) is ErrorCode.LINK_REVOKED


# --- the ledger ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mail", "state"),
    [
        ("", LedgerState.CREATED),
        ("due", LedgerState.CREATED),
        ("sent", LedgerState.SENT),
        ("delivered", LedgerState.DELIVERED),
        ("bounced", LedgerState.BOUNCED),
    ],
)
def test_a_mail_shows_until_something_more_has_happened(mail: str, state: LedgerState) -> None:
    story = Story()
    known = replace(story.invitation_of(story.invitee), mail=mail)
    assert ledger_state(story.state, known, NOON) is state
    opened = replace(known, opened_at=NOON)
    assert ledger_state(story.state, opened, NOON) is LedgerState.OPENED
    redeemed = replace(opened, redeemed_at=NOON)
    assert ledger_state(story.state, redeemed, NOON) is LedgerState.REDEEMED
    over = replace(redeemed, valid_until=NOON)
    assert ledger_state(story.state, over, NOON) is LedgerState.EXPIRED
    revoked = replace(over, revoked_at=NOON)
    assert ledger_state(story.state, revoked, NOON) is LedgerState.REVOKED


def test_somebody_inside_is_inside_although_the_invitation_expired() -> None:
    story = Story()
    viewer = story.viewer
    known = replace(story.invitation_of(viewer), valid_until=NOON)
    assert ledger_state(story.state, known, NOON) is LedgerState.INSIDE
    story.closes(viewer)
    assert ledger_state(story.state, known, NOON) is LedgerState.INSIDE
    story.passes(MINUTE)
    assert ledger_state(story.state, known, story.now) is LedgerState.LEFT


def test_whoever_was_in_an_earlier_session_is_redeemed_and_not_inside() -> None:
    story = Story()
    viewer = story.viewer
    story.ends()
    story.starts()
    known = story.invitation_of(viewer)
    assert ledger_state(story.state, known, NOON) is LedgerState.REDEEMED
