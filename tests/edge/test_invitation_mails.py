"""The mail of an invitation, looked at before anybody is invited."""

from typing import Any

import pytest

from protocol.roles import Part
from tests.edge.house import House
from tests.edge.lines import inviting_speaker

ADA = {"email": "ada@example.org", "first_name": "Ada", "last_name": "Lovelace"}


def form(**changes: Any) -> dict[str, Any]:
    return {"invitee": ADA, "invitation_type": "viewer"} | changes


def path(house: House) -> str:
    return f"/entries/{house.room}/invitations/mail-preview"


async def test_it_is_written_and_nothing_is_created(house: House) -> None:
    await house.make_entry()
    host = await house.signed_in()
    before = await house.version()

    found = await host.done(
        "POST", path(house), form(message="Do come!", valid_minutes=60, language="de")
    )

    assert (found["to"], found["subject"]) == ("ada@example.org", "Hanna invites you")
    assert found["text"].startswith("Ada Lovelace: Do come!, until ")
    assert found["language"] == "de"
    assert await house.version() == before
    assert not (await house.state()).invitations


async def test_somebody_invited_before_is_greeted_by_the_name_that_is_known(house: House) -> None:
    await house.make_entry()
    await house.invite("ada@example.org", invitees=[ADA])
    host = await house.signed_in()

    found = await host.done("POST", path(house), form(invitee={"email": "ADA@example.org"}))

    assert found["text"].startswith("Ada Lovelace:")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"invitee": {"email": "ada@"}}, "invitees.0.email"),
        ({"invitation_type": "collaborator"}, "invitation_type"),
        ({"message": "x" * 301}, "message"),
        ({"send_mail": True}, "send_mail"),
    ],
)
async def test_what_could_not_be_invited_cannot_be_looked_at(
    house: House, changes: dict[str, Any], where: str
) -> None:
    await house.make_entry()
    host = await house.signed_in()

    problem = await host.refused("bad_request", "POST", path(house), form(**changes))

    assert problem["where"] == where


async def test_only_those_who_may_invite_and_never_above_themselves(house: House) -> None:
    await house.make_entry()
    viewer, stranger = await house.account("Eve", Part.CO_VIEWER), await house.browser()
    await viewer.refused("not_allowed", "POST", path(house), form())
    await stranger.refused("not_signed_in", "POST", path(house), form())

    async with inviting_speaker(house) as sue:
        await sue.done("POST", path(house), form(invitation_type="speaker"))
        await sue.refused("not_allowed", "POST", path(house), form(invitation_type="moderator"))


async def test_while_no_mail_can_be_written_it_says_so(house: House) -> None:
    await house.make_entry()
    house.codes.is_open = False
    host = await house.signed_in()

    await host.refused("overloaded", "POST", path(house), form())
