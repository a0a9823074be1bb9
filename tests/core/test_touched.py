"""Whom a batch of events is about: nobody is looked at in vain, and nobody is forgotten."""

import pytest

from protocol import commands as c
from protocol.commands import Command
from protocol.ids import ParticipantId
from protocol.roles import InvitationType, Part, StageMode
from server.core import events as e
from server.core.touched import Touched, touched
from tests.core.given import Someone, Story


def about(story: Story, who: Someone, wish: Command) -> Touched:
    """Say whom the record of a command was about."""
    before = story.state
    return touched(before, story.when(who, wish).events)


def test_a_command_on_somebody_is_about_them_alone() -> None:
    story = Story()
    guest, moderator = story.guest, story.moderator
    for wish in (
        c.Rename(participant_id=guest.id, name="Gustav"),
        c.OfferStage(participant_id=guest.id),
        c.RevokeStageOffer(participant_id=guest.id),
        c.SendBack(participant_id=guest.id),
        c.Admit(participant_ids=(guest.id,)),
        c.Remove(participant_id=guest.id),
        c.Readmit(participant_id=guest.id),
        c.Block(participant_id=guest.id),
    ):
        assert about(story, moderator, wish) == Touched(participants={guest.id}), wish


def test_what_happens_to_an_invitee_is_about_their_invitation_too() -> None:
    story = Story()
    viewer = story.viewer
    invitation = story.invitation_of(viewer).id
    expected = Touched(participants={viewer.id}, invitations={invitation})
    assert about(story, viewer, c.RaiseHand()) == expected
    assert about(story, story.host, c.Block(participant_id=viewer.id)) == expected


def test_a_second_invitation_of_somebody_is_not_forgotten() -> None:
    story = Story()
    viewer = story.viewer
    first = story.invitation_of(viewer).id
    second = story.someone("Second", device=viewer.device)
    other = story.invites(second, InvitationType.SPEAKER)
    story.accepts(second, inside=viewer.id)
    found = about(story, viewer, c.Leave())
    assert found == Touched(participants={viewer.id}, invitations={first, other})


def test_bulk_events_are_about_those_whom_they_change() -> None:
    story = Story(stage_mode=StageMode.EVERYONE)
    people = [story.guest, story.viewer]
    for someone in people:
        story.given(
            someone,
            c.JoinStage(),
            c.SetMicrophone(is_on=True),
            c.SetCamera(is_on=True),
            c.RaiseHand(),
        )
    ids = {someone.id for someone in people}
    bulk: tuple[Command, ...] = (
        c.ClearHands(), c.MuteAll(), c.TurnCamerasOff(), c.SetHardMute(is_on=True),
    )  # fmt: skip
    for wish in bulk:
        assert about(story, story.host, wish).participants == ids


def test_what_the_waiting_are_told_is_about_them() -> None:
    story = Story(approve_guests=True)
    guest = story.guest
    assert story.viewer.now.is_in
    found = about(story, story.host, c.MessageWaiting(text="Soon."))
    assert found == Touched(participants={guest.id})


def test_an_opening_is_about_those_at_the_gates() -> None:
    story = Story(is_open=False)
    guest = story.guest
    assert about(story, story.host, c.StartSession()) == Touched(participants={guest.id})


@pytest.mark.parametrize(
    "wish",
    [
        c.SetLock(is_locked=True),
        c.SetStageMode(mode=StageMode.EVERYONE),
        c.SetGuestAccess(is_on=True),
        c.CreateGuestLink(name="Class"),
    ],
)
def test_some_events_are_about_nobody(wish: Command) -> None:
    story = Story()
    assert about(story, story.host, wish) == Touched()


@pytest.mark.parametrize("wish", [c.EditEntry(name="Geometry"), c.EndSession(), c.DeleteEntry()])
def test_some_are_about_everybody(wish: Command) -> None:
    story = Story()
    assert about(story, story.host, wish).everybody


def test_a_part_in_the_entry_is_about_whoever_is_inside_with_that_account() -> None:
    story = Story()
    vic = story.comes(story.collaborator("Vic", Part.CO_VIEWER))
    out = story.collaborator("Cora", Part.CO_VIEWER)
    for someone, expected in ((vic, {vic.id}), (out, set[ParticipantId]())):
        assert someone.account_id is not None
        set_part = c.SetCollaborator(
            account_id=someone.account_id,
            name=someone.name,
            email=someone.email,
            part=Part.CO_EDITOR,
        )
        assert about(story, story.host, set_part) == Touched(participants=expected)
        remove = c.RemoveCollaborator(account_id=someone.account_id)
        assert about(story, story.host, remove) == Touched(participants=expected)


def test_a_batch_is_about_everybody_whom_one_of_its_events_names() -> None:
    story = Story()
    before = story.state
    count = len(story.records)
    guest = story.came("Gus", story.makes_link())
    story.given(guest, c.RaiseHand())
    story.given(story.host, c.ClearHands())
    events = [event for record in story.records[count:] for event in record.events]
    assert touched(before, events).participants == {guest.id}


def test_an_invitation_is_about_itself() -> None:
    story = Story()
    invitation = story.invitation_of(story.invitee).id
    for wish in (
        c.ResendInvitation(invitation_id=invitation),
        c.ExtendInvitation(invitation_id=invitation, minutes=5),
        c.RevokeInvitation(invitation_id=invitation),
    ):
        assert about(story, story.host, wish) == Touched(invitations={invitation})


def test_events_about_somebody_unknown_raise_nothing() -> None:
    nobody = ParticipantId("p_nobody")
    event = e.HandRaised(participant_id=nobody)
    assert touched(Story().state, [event]) == Touched(participants={nobody})
