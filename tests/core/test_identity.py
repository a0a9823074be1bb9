"""By what a person is recognised when they come again."""

from dataclasses import replace

import pytest

from protocol import commands as c
from protocol.ids import AccountId, DeviceId, InvitationId, LinkId, PersonId
from protocol.roles import BlockBy, InvitationType, Origin, Part, Role
from server.core.identity import block_keys, keys_of, known_by, removal_keys
from server.core.person import Person
from tests.core.given import Someone, Story

ADA = Person(PersonId("p_ada"), "Ada", "ada@school.example")


def test_a_guest_is_known_by_the_typed_address_the_device_and_the_link() -> None:
    keys = keys_of(
        origin=Origin.GUEST_LINK,
        person=ADA,
        device_id=DeviceId("d_1"),
        link_id=LinkId("l_1"),
    )
    assert set(keys) == {"guest:p_ada", "device:d_1", "link:l_1"}


@pytest.mark.parametrize("origin", [Origin.ACCOUNT, Origin.INVITATION])
def test_others_are_known_by_a_proven_address(origin: Origin) -> None:
    keys = keys_of(
        origin=origin,
        person=ADA,
        device_id=None,
        account_id=AccountId("a_1"),
        invitation_id=InvitationId("i_1"),
    )
    assert set(keys) == {"email:p_ada", "account:a_1", "invitation:i_1"}


def of(someone: Someone, *kinds: str) -> set[str]:
    """Give the keys of somebody in the room, by kind."""
    now = someone.now
    values = {
        "guest": now.person.id,
        "email": now.person.id,
        "device": someone.device,
        "account": now.account_id,
        "invitation": now.invitation_id,
        "link": now.link_id,
    }
    return {f"{kind}:{values[kind]}" for kind in kinds}


def test_a_removed_guest_is_known_by_all_but_the_link_that_others_use_too() -> None:
    story = Story()
    assert set(removal_keys(story.guest.now)) == of(story.guest, "guest", "device")


def test_a_removed_invitee_is_known_as_a_guest_who_types_the_address_too() -> None:
    story = Story()
    expected = of(story.viewer, "guest", "email", "device", "invitation")
    assert set(removal_keys(story.viewer.now)) == expected


def test_a_removed_account_is_known_by_every_device_and_invitation() -> None:
    story = Story()
    vera = story.someone("Vera", account=True)
    story.invites(vera)
    story.comes(vera)
    story.connects(vera, device=DeviceId("d_phone"))
    now = replace(vera.now, earlier_invitations=(InvitationId("i_old"),))
    expected = of(vera, "guest", "email", "device", "invitation", "account")
    assert set(removal_keys(now)) == expected | {"device:d_phone", "invitation:i_old"}


def test_staff_are_not_known_by_the_device() -> None:
    story = Story()
    for someone in (story.host, story.moderator):
        assert not any(key.startswith("device:") for key in known_by(someone.now))
    for someone in (story.speaker, story.viewer, story.guest):
        assert f"device:{someone.device}" in known_by(someone.now)


def test_a_guest_is_known_by_what_they_typed_and_not_by_a_proven_address() -> None:
    story = Story()
    assert of(story.guest, "guest") <= set(known_by(story.guest.now))
    assert not of(story.guest, "email") & set(known_by(story.guest.now))
    assert of(story.viewer, "email", "invitation") <= set(known_by(story.viewer.now))
    assert not of(story.viewer, "guest") & set(known_by(story.viewer.now))


BY_GUEST = {
    BlockBy.PERSON: ("device",),
    BlockBy.EMAIL: ("guest",),
    BlockBy.DEVICE: ("device",),
    BlockBy.LINK: ("link",),
}
BY_INVITEE = {
    BlockBy.PERSON: ("invitation",),
    BlockBy.EMAIL: ("guest", "email"),
    BlockBy.DEVICE: ("device",),
    BlockBy.LINK: (),
}
BY_ACCOUNT = {
    BlockBy.PERSON: ("account",),
    BlockBy.EMAIL: ("guest", "email"),
    BlockBy.DEVICE: ("device",),
    BlockBy.LINK: (),
}


@pytest.mark.parametrize("by", BlockBy)
def test_a_block_takes_the_keys_that_were_chosen(by: BlockBy) -> None:
    story = Story()
    cora = story.comes(story.collaborator("Cora", Part.CO_VIEWER))
    for someone, expected in (
        (story.guest, BY_GUEST), (story.viewer, BY_INVITEE), (cora, BY_ACCOUNT),
    ):  # fmt: skip
        assert set(block_keys(someone.now, (by,))) == of(someone, *expected[by])


def test_several_ways_of_recognition_add_up_without_repetition() -> None:
    story = Story()
    keys = block_keys(story.guest.now, (BlockBy.DEVICE, BlockBy.PERSON, BlockBy.EMAIL))
    assert len(keys) == len(set(keys))
    assert set(keys) == of(story.guest, "device", "guest")


def test_a_guest_raised_by_an_invitation_is_known_by_it_too() -> None:
    story = Story()
    guest = story.guest
    story.invites(guest, InvitationType.SPEAKER)
    story.accepts(guest, inside=guest.id)
    assert of(guest, "invitation") <= set(removal_keys(guest.now))
    story.given(story.host, c.Remove(participant_id=guest.id))
    assert guest.role() is Role.SPEAKER
