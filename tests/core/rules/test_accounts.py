"""People who are signed in: entering from the media page, and their part in the entry."""

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import AccountId, DeviceId
from protocol.roles import InvitationType, Origin, Part, Presence, Role, SessionState
from server.core import events as e
from server.core import orders as o
from tests.core.given import PLATFORM, Story

ROLES = {
    Part.CO_OWNER: Role.HOST,
    Part.CO_EDITOR: Role.HOST,
    Part.CO_PUBLISHER: Role.MODERATOR,
    Part.CO_VIEWER: Role.VIEWER,
}


@pytest.mark.parametrize("part", ROLES)
def test_a_collaborator_enters_with_the_role_of_their_part(part: Part) -> None:
    story = Story()
    cora = story.collaborator("Cora", part)
    answer = story.enters(cora).then_a(e.ParticipantJoined)
    assert answer.result == {
        "participant_id": cora.id,
        "session_id": story.session.id,
        "role": ROLES[part].value,
    }
    assert cora.now.origin is Origin.ACCOUNT
    assert story.host.role() is Role.HOST


def test_an_account_without_a_part_needs_a_link() -> None:
    story = Story()
    story.enters(story.someone("Vera", account=True)).then_refused(ErrorCode.NOT_ALLOWED)


def test_nobody_enters_from_the_media_page_without_signing_in() -> None:
    story = Story()
    story.enters(story.someone("Vera")).then_refused(ErrorCode.NOT_SIGNED_IN)


def test_somebody_with_a_part_comes_in_by_it_and_not_by_their_invitation() -> None:
    story = Story()
    cora = story.collaborator("Cora", Part.CO_OWNER)
    story.invites(cora, InvitationType.VIEWER)
    story.enters(cora).granted()
    assert cora.role() is Role.HOST
    assert story.invitation_of(cora).uses == 0


def test_a_second_device_joins_the_same_row() -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    phone = story.someone("Paul", account=True, device=DeviceId("d_phone"))
    story.enters(phone).then_nothing()
    assert phone.id == paul.id
    story.connects(phone)
    assert paul.now.devices == 2
    assert story.state.places == 2


def test_an_account_that_had_left_comes_back_as_who_it_was() -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    first = paul.id
    story.given(story.host, c.SetRole(participant_id=first, role=Role.SPEAKER))
    story.leaves(paul)
    answer = story.enters(paul).then_a(e.ParticipantReturned)
    assert answer.result["role"] == "speaker"
    assert paul.id == first
    assert paul.presence() is Presence.SEAT


def test_an_ended_session_takes_nobody_in_and_the_next_one_does() -> None:
    story = Story()
    story.ends()
    story.enters(story.owner).then_refused(ErrorCode.SESSION_ENDED)
    story.starts()
    story.enters(story.owner).granted()
    assert story.life() is SessionState.OPEN


def test_a_deleted_entry_takes_nobody_in() -> None:
    story = Story()
    story.given(story.host, c.DeleteEntry())
    story.enters(story.owner).then_refused(ErrorCode.NOT_FOUND)


def test_a_full_room_is_full_for_those_with_a_viewers_part() -> None:
    story = Story(capacity=2, reserved_seats=1)
    story.enters(story.collaborator("Vic", Part.CO_VIEWER)).then_refused(ErrorCode.ROOM_FULL)
    story.enters(story.collaborator("Paul", Part.CO_PUBLISHER)).granted()
    story.enters(story.collaborator("Petra", Part.CO_PUBLISHER)).then_refused(ErrorCode.ROOM_FULL)


# --- parts that a platform vouches for -----------------------------------------------------


def grant(part: Part, name: str = "Cora", email: str = "cora@school.example") -> o.GrantPart:
    return o.GrantPart(account_id=AccountId("a_cora"), name=name, email=email, part=part)


def test_a_part_is_granted_changed_and_the_same_again_is_no_event() -> None:
    story = Story()
    story.when(PLATFORM, grant(Part.CO_PUBLISHER)).then_a(e.CollaboratorSet)
    story.when(PLATFORM, grant(Part.CO_PUBLISHER)).then_nothing()
    story.when(PLATFORM, grant(Part.CO_VIEWER)).then_a(e.CollaboratorSet)
    story.when(PLATFORM, grant(Part.CO_VIEWER, name="Cora C.")).then_a(e.CollaboratorSet)


def test_a_part_changes_nothing_for_somebody_who_is_in_the_session() -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    story.collaborator("Paul", Part.CO_OWNER)
    assert paul.role() is Role.MODERATOR


def test_there_is_one_owner() -> None:
    story = Story()
    story.given(PLATFORM, grant(Part.OWNER))
    parts = [one.part for one in story.state.collaborators.values()]
    assert sorted(parts) == [Part.CO_OWNER, Part.OWNER]
    story.when(PLATFORM, grant(Part.OWNER)).then_nothing()


def test_the_owner_is_not_made_less() -> None:
    story = Story()
    owner = story.owner
    assert owner.account_id is not None
    wish = o.GrantPart(
        account_id=owner.account_id, name=owner.name, email=owner.email, part=Part.CO_VIEWER
    )
    story.when(PLATFORM, wish).then_refused(ErrorCode.NOT_ALLOWED)
    same = o.GrantPart(
        account_id=owner.account_id, name=owner.name, email=owner.email, part=Part.OWNER
    )
    story.when(PLATFORM, same).then_nothing()


def test_a_vouched_name_and_address_have_to_be_usable() -> None:
    story = Story()
    story.when(PLATFORM, grant(Part.CO_VIEWER, email="-")).then_refused(
        ErrorCode.BAD_REQUEST, "email"
    )
    story.when(PLATFORM, grant(Part.CO_VIEWER, name="\u200b")).then_refused(
        ErrorCode.BAD_REQUEST, "name"
    )
