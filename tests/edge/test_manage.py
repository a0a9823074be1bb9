"""What those who manage an entry read, and only they."""

import pytest

from protocol import commands as c
from protocol.ids import InvitationId, ParticipantId
from protocol.messages import Snapshot
from protocol.roles import Part, Role
from protocol.settings import EntrySettings
from protocol.views import Window
from server.core.tokens import read_token
from tests.edge.house import SECRETS, House
from tests.edge.lines import line


async def test_guest_access_shows_links_with_urls_that_work(house: House) -> None:
    await house.make_open()
    link_id, token = await house.make_link(uses=5)
    await house.guest(token)
    host = await house.signed_in()

    access = await host.done("GET", f"/entries/{house.room}/guest-access")

    [link] = access["links"]
    assert access["is_on"] is True
    assert (link["id"], link["name"], link["uses"], link["max_uses"]) == (
        link_id,
        "Open day",
        1,
        5,
    )
    assert link["url"].startswith(f"{house.url}/join#g.")
    assert read_token(token, SECRETS.link_keys) is not None


READS = (
    "guest-access",
    "invitations",
    "invitations?sort=name",
    "invitations/summary",
    "invitations/{one}/link",
    "blocks",
)


@pytest.mark.parametrize("path", READS)
async def test_only_those_with_the_right_read(house: House, path: str) -> None:
    await house.make_open()
    one, _ = await house.invite("ada@example.org")
    _, token = await house.make_link()
    guest, _ = await house.guest(token)
    viewer, stranger = await house.account("Eve", Part.CO_VIEWER), await house.browser()
    url = f"/entries/{house.room}/{path.format(one=one)}"

    publisher = await house.account("Pia", Part.CO_PUBLISHER)
    await publisher.done("GET", url)

    await guest.refused("not_allowed", "GET", url)
    await viewer.refused("not_allowed", "GET", url)
    await stranger.refused("not_signed_in", "GET", url)


@pytest.mark.parametrize("path", ["guest-access", "invitations/{one}/link"])
async def test_a_key_that_may_only_look_gets_no_link_that_works(house: House, path: str) -> None:
    await house.make_open()
    one, _ = await house.invite("ada@example.org")
    await house.make_link()
    reader, platform = await house.platform("read"), await house.platform("entries")
    url = f"/entries/{house.room}/{path.format(one=one)}"

    await reader.refused("not_allowed", "GET", url)
    assert "/join#" in str(await platform.done("GET", url))
    await reader.done("GET", f"/entries/{house.room}/invitations")


async def test_the_right_is_asked_for_at_that_moment(house: House) -> None:
    session = await house.make_open()
    _, token = await house.invite("ada@example.org", "moderator")
    browser = await house.browser()
    body = {"token": token, "email": "ada@example.org"}
    admitted = await browser.done("POST", "/doors/invitation", body)
    url = f"/entries/{house.room}/guest-access"
    async with line(house, session, browser=browser) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        await browser.done("GET", url)

        subject = ParticipantId(admitted["participant_id"])
        await house.asked(c.SetRole(participant_id=subject, role=Role.VIEWER, even_if_last=True))
        await browser.refused("not_allowed", "GET", url)

        await house.asked(c.SetRole(participant_id=subject, role=Role.MODERATOR))
        settings = EntrySettings(moderators_may_invite=False)
        await house.asked(c.EditSettings(settings=settings, only=("moderators_may_invite",)))
        await browser.refused("not_allowed", "GET", url)


async def test_an_invite_link_is_shown_while_it_stands(house: House) -> None:
    await house.make_entry()
    one, token = await house.invite("ada@example.org")
    host = await house.signed_in()
    path = f"/entries/{house.room}/invitations/{one}/link"
    assert (await host.done("GET", path))["url"] == f"{house.url}/join#i.{token}"

    await house.asked(c.RevokeInvitation(invitation_id=InvitationId(one)))

    await host.refused("conflict", "GET", path)
    await host.refused("not_found", "GET", f"/entries/{house.room}/invitations/i_none/link")


async def test_a_preview_names_bad_rows_and_creates_nothing(house: House) -> None:
    await house.make_entry()
    host = await house.signed_in()
    before = await house.version()
    path = f"/entries/{house.room}/invitations/preview"

    found = await host.done("POST", path, {"csv": "ada@example.org\nwrong"})

    assert (found["good"], found["bad"]) == (1, 1)
    assert found["rows"][1]["error"] == "This is not an e-mail address."
    assert await house.version() == before
    await host.refused("bad_request", "POST", path, {"csv": "x" * 200_001})
    await host.done("POST", path, {"csv": "é" * 200_000})


async def test_the_blocked_are_listed_with_how_they_are_known(house: House) -> None:
    await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    host = await house.signed_in()
    subject = admitted["participant_id"]
    await host.done(
        "POST", f"/entries/{house.room}/participants/{subject}/block", {"by": ["email"]}
    )

    [block] = await host.done("GET", f"/entries/{house.room}/blocks")

    assert (block["name"], block["email"], block["by"]) == ("Gil", "gil@guests.example", ["email"])
    assert block["blocked_by"] == "Hanna"


async def test_a_preview_marks_who_is_invited_already(house: House) -> None:
    await house.make_entry()
    await house.invite("ada@example.org")
    await house.invite("max@example.org", "moderator")
    host = await house.signed_in()
    path = f"/entries/{house.room}/invitations/preview"

    found = await host.done(
        "POST", path, {"csv": "ADA@example.org\nmax@example.org\nnew@example.org"}
    )

    assert [row["is_invited"] for row in found["rows"]] == [True, True, False]


async def test_collaborators_are_listed_by_part_and_name(house: House) -> None:
    await house.make_entry()
    await house.grant("zoe", Part.CO_EDITOR)
    await house.grant("ada", Part.CO_VIEWER)
    await house.grant("bob", Part.CO_EDITOR)
    host = await house.signed_in()

    listed = await host.done("GET", f"/entries/{house.room}/collaborators")

    assert [(one["account_id"], one["part"]) for one in listed] == [
        ("hanna", "owner"),
        ("bob", "co_editor"),
        ("zoe", "co_editor"),
        ("ada", "co_viewer"),
    ]
    assert listed[0]["email"] == "hanna@example.org"


async def test_only_those_who_may_change_parts_see_who_has_them(house: House) -> None:
    await house.make_entry()
    path = f"/entries/{house.room}/collaborators"
    editor, viewer = (
        await house.account("Edda", Part.CO_EDITOR),
        await house.account("Vera", Part.CO_VIEWER),
    )
    owner, reader = await house.account("Otto", Part.CO_OWNER), await house.platform("read")
    stranger, signer = await house.browser(), await house.platform("tokens")

    await owner.done("GET", path)
    await reader.done("GET", path)

    await editor.refused("not_allowed", "GET", path)
    await viewer.refused("not_allowed", "GET", path)
    await signer.refused("not_allowed", "GET", path)
    await stranger.refused("not_signed_in", "GET", path)
