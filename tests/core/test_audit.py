"""What the audit log says: who did what to whom, and nothing of what people do for themselves.

That every line is linked to the one before it, and that the room knows the newest, is held after
every step of every story (`tests.core.invariants.check_audit`).
"""

from typing import get_args

import pytest

from protocol import commands as c
from protocol.audit import AuditAction
from protocol.ids import AccountId, InvitationId, SessionId
from protocol.roles import BlockBy, InvitationType, Part, Right, Role, StageMode
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER
from server.core.audit import LABELS_AT_ONCE, without_guest_names
from server.core.audited import AUDITED, NOT_AUDITED
from server.core.chain import Line, find_break
from tests.core.given import HOUR, PLATFORM, Someone, Story

A = AuditAction


def after(story: Story, who: Someone, *wishes: c.Command | o.Order) -> list[Line]:
    since = len(story.lines)
    story.given(who, *wishes)
    return story.lines[since:]


def told(lines: list[Line]) -> list[tuple[str, str, list[str]]]:
    """By whom, what, and to whom, by name."""
    return [
        (
            line.by.person.name if line.by.person else line.by.id,
            line.action.value,
            [one.person.name if one.person else one.id for one in line.about],
        )
        for line in lines
    ]


def test_every_event_is_either_told_or_is_none_of_the_audit_log() -> None:
    events = set(get_args(e.Event))
    assert events == AUDITED | NOT_AUDITED
    assert not AUDITED & NOT_AUDITED


def test_a_promotion_is_told_with_the_role_before_and_after() -> None:
    story = Story()
    guest = story.guest
    [line] = after(story, story.owner, c.SetRole(participant_id=guest.id, role=Role.MODERATOR))
    assert told([line]) == [("Olga Owner", "role_changed", [guest.person.name])]
    assert dict(line.facts) == {"before": "viewer", "after": "moderator"}
    assert (line.at, line.session_id) == (story.now, story.session.id)
    assert line.about[0].is_guest
    assert not line.by.is_guest


def test_what_is_done_to_somebody_is_told_and_what_they_do_themselves_is_not() -> None:
    story = Story()
    guest, owner = story.guest, story.owner
    name = guest.person.name
    assert after(story, guest, c.RaiseHand(), c.LowerHand(), c.RaiseHand()) == []
    lines = after(
        story,
        owner,
        c.LowerHand(participant_id=guest.id),
        c.OfferStage(participant_id=guest.id),
    )
    assert after(story, guest, c.AnswerStageOffer(is_accepted=True)) == []
    assert after(story, guest, c.SetMicrophone(is_on=True), c.SetCamera(is_on=True)) == []
    lines += after(
        story,
        owner,
        c.Mute(participant_id=guest.id),
        c.RequestUnmute(participant_id=guest.id),
        c.TurnCameraOff(participant_id=guest.id),
        c.RemoveFromStage(participant_id=guest.id),
        c.SetRights(participant_id=guest.id, granted=(Right.INVITE,)),
        c.Rename(participant_id=guest.id, name="Gustav"),
    )
    assert told(lines) == [
        ("Olga Owner", action, [name])
        for action in (
            "hand_lowered", "stage_offered", "muted", "unmute_asked", "camera_off",
            "stage_removed", "rights_changed", "renamed",
        )
    ]  # fmt: skip


def test_what_is_done_to_the_room_is_told() -> None:
    story = Story()
    story.given(story.guest, c.RaiseHand())
    lines = after(
        story,
        story.owner,
        c.SetLock(is_locked=True),
        c.SetLock(is_locked=False),
        c.ClearHands(),
        c.UndoClearHands(),
        c.SetStageMode(mode=StageMode.INVITE_ONLY),
        c.SetHardMute(is_on=True),
        c.SetHardMute(is_on=False),
        c.MessageWaiting(text="Soon"),
        c.EndSession(),
    )
    since = len(story.lines)
    story.when(story.owner.account, c.StartSession()).granted()
    lines += story.lines[since:]
    assert [line.action.value for line in lines] == [
        "locked", "unlocked", "hands_cleared", "hands_restored", "stage_access_set",
        "hard_mute_on", "hard_mute_off", "waiting_message_set", "session_ended", "session_started",
    ]  # fmt: skip
    assert dict(lines[8].facts) == {"reason": "by_host"}


def test_removals_and_blocks_are_told_of_guests_and_undone() -> None:
    story = Story()
    guest, owner = story.guest, story.owner
    lines = after(
        story, owner, c.Remove(participant_id=guest.id), c.Readmit(participant_id=guest.id)
    )
    lines += after(story, owner, c.Block(participant_id=guest.id, by=(BlockBy.EMAIL,)))
    [block_id] = story.state.blocks
    lines += after(story, owner, c.Unblock(block_id=block_id))
    actions = [line.action for line in lines]
    assert actions == [A.REMOVED, A.LET_BACK, A.BLOCKED, A.UNBLOCKED]
    assert all(line.about[0].is_guest for line in lines)


def test_who_is_let_in_and_turned_away_is_told() -> None:
    story = Story()
    link_id = story.open_link
    story.given(story.owner, c.SetLock(is_locked=True))
    first, second = story.came("Ann", link_id), story.came("Bea", link_id)
    lines = after(
        story,
        story.owner,
        c.Admit(participant_ids=(first.id,)),
        c.Decline(participant_ids=(second.id,)),
        c.SendBack(participant_id=first.id),
    )
    assert told(lines) == [
        ("Olga Owner", "admitted", ["Ann"]),
        ("Olga Owner", "declined", ["Bea"]),
        ("Olga Owner", "sent_back", ["Ann"]),
    ]


def test_doors_are_told() -> None:
    story = Story()
    owner = story.owner
    story.given(owner, c.SetGuestAccess(is_on=True))
    lines = after(story, owner, c.CreateGuestLink(name="Partners", uses=5))
    link_id = next(one.id for one in story.state.links.values() if one.name == "Partners")
    lines += after(
        story,
        owner,
        c.EditGuestLink(link_id=link_id, uses=7),
        c.PauseGuestLink(link_id=link_id, is_paused=True),
        c.PauseGuestLink(link_id=link_id, is_paused=False),
        c.RegenerateGuestLink(link_id=link_id),
        c.DeleteGuestLink(link_id=link_id),
        c.SetGuestAccess(is_on=False),
    )
    assert [line.action.value for line in lines] == [
        "link_made", "link_changed", "link_paused", "link_resumed", "link_renewed",
        "link_deleted", "guest_access_off",
    ]  # fmt: skip
    assert dict(lines[1].facts) == {"link_id": link_id, "link_name": "Partners", "max_uses": "7"}


def test_invitations_are_told_with_the_address() -> None:
    story = Story()
    owner = story.owner
    invitee = c.Invitee(email="ada@example.org", first_name="Ada")
    speaker, moderator = InvitationType.SPEAKER, InvitationType.MODERATOR
    lines = after(story, owner, c.Invite(invitees=(invitee,), invitation_type=speaker))
    invitation_id = InvitationId(next(iter(story.state.invitations)))
    lines += after(
        story,
        owner,
        c.ChangeInvitation(invitation_id=invitation_id, invitation_type=moderator),
        c.ExtendInvitation(invitation_id=invitation_id, minutes=60),
        c.RevokeInvitation(invitation_id=invitation_id),
    )
    assert [line.action.value for line in lines] == [
        "invitation_made", "invitation_changed", "invitation_changed", "invitation_revoked"
    ]  # fmt: skip
    assert {line.about[0].person.email for line in lines if line.about[0].person} == {
        "ada@example.org"
    }


@pytest.mark.parametrize("is_guest", [True, False])
def test_whoever_invited_somebody_is_named_as_who_they_are_and_not_as_a_device(
    is_guest: bool,
) -> None:
    story = Story()
    mona, ann = story.guest, story.came("Ann Abel", story.open_link)
    story.given(story.owner, c.SetRole(participant_id=mona.id, role=Role.MODERATOR))
    invitee = c.Invitee(email=ann.email)
    by = mona.inside if is_guest else story.owner.account
    story.given(by, c.Invite(invitees=(invitee,), invitation_type=InvitationType.SPEAKER))
    since = len(story.lines)
    story.accepts(ann, inside=ann.id).granted()
    [line] = story.lines[since:]
    assert line.action is A.ROLE_CHANGED
    assert line.by.is_guest == is_guest
    assert line.by.person is not None
    assert line.by.person.name == (mona.name if is_guest else "Olga Owner")
    assert line.by.id.startswith(("participant:", "person:"))
    # A guest's name goes from here as well when its time is over.
    left = without_guest_names(line, story.now, frozenset())
    assert (left.by.person is None or left.by.person.is_erased) == is_guest


def test_parts_and_the_entry_itself_are_told() -> None:
    story = Story(is_open=False)
    account = AccountId("a_cora")
    add = c.SetCollaborator(
        account_id=account, name="Cora", email="cora@example.org", part=Part.CO_EDITOR
    )
    since = len(story.lines)
    story.when(PLATFORM, add).granted()
    story.when(PLATFORM, c.RemoveCollaborator(account_id=account)).granted()
    story.when(PLATFORM, c.DeleteEntry()).granted()
    lines = story.lines[since:]
    assert story.lines[0].action is A.ENTRY_CREATED
    assert told(lines)[:2] == [
        ("platform:key_1", "part_given", ["Cora"]),
        ("platform:key_1", "part_taken", ["Cora"]),
    ]
    assert lines[-1].action is A.ENTRY_DELETED


def test_a_session_that_the_server_ends_is_told_as_of_the_server() -> None:
    story = Story()
    story.leaves(story.owner)
    since = len(story.lines)
    story.passes(HOUR)
    [line] = story.lines[since:]
    assert (line.by.id, line.by.person, line.action) == ("", None, A.SESSION_ENDED)
    assert dict(line.facts) == {"reason": "host_absent"}


@pytest.mark.parametrize(
    ("session", "action"), [(SessionId("e_algebra.s_1"), A.ATTENDANCE_EXPORTED),
                            (None, A.AUDIT_EXPORTED)],
)  # fmt: skip
def test_taking_a_record_away_is_told(session: SessionId | None, action: AuditAction) -> None:
    story = Story()
    [line] = after(story, story.owner, o.NoteExport(session_id=session, form="csv"))
    assert line.action is action
    assert dict(line.facts)["format"] == "csv"


def test_many_at_once_are_told_in_lines_of_a_bounded_size() -> None:
    story = Story(is_checked=False)
    link_id = story.open_link
    story.given(story.owner, c.SetLock(is_locked=True))
    for number in range(LABELS_AT_ONCE + 5):
        story.came(f"Guest {number}", link_id)
    lines = after(story, story.owner, c.AdmitAll())
    assert [len(line.about) for line in lines] == [LABELS_AT_ONCE, 5]
    assert find_break(story.lines, story.state.audit, story.now) is None


def test_an_erasure_is_told_and_names_nobody() -> None:
    story = Story()
    guest = story.guest
    since = len(story.lines)
    story.when(SERVER, o.ErasePeople(person_ids=(guest.person.id,))).granted()
    [line] = story.lines[since:]
    assert line.action is A.PEOPLE_ERASED
    assert [(one.id, one.person) for one in line.about] == [(f"person:{guest.person.id}", None)]


def test_guests_whose_names_were_kept_long_enough_are_forgotten_and_others_stay() -> None:
    story = Story()
    guest = story.guest
    [line] = after(story, story.owner, c.SetRole(participant_id=guest.id, role=Role.SPEAKER))
    soon = without_guest_names(line, story.now - 1, frozenset())
    due = without_guest_names(line, story.now, frozenset())
    gone = without_guest_names(line, 0, {guest.id})
    assert soon is line
    for left in (due, gone):
        assert left.about[0].person is not None
        assert (left.about[0].person.name, left.about[0].person.is_erased) == ("", True)
        assert left.by == line.by
        at = line.number - 1
        lines = [*story.lines[:at], left]
        assert find_break(lines, story.state.audit, story.now) is None
