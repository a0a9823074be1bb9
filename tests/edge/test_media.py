"""What pages read of an entry."""

import pytest

from protocol import commands as c
from protocol.ids import AccountId, InvitationId, LinkId, ParticipantId, RoomId
from protocol.messages import Snapshot
from protocol.roles import EntryKind, Part, Role
from protocol.settings import EntrySettings
from protocol.views import Window
from server.edge.browser_keys import hash_of
from tests.edge.house import House
from tests.edge.lines import line


async def test_a_list_holds_the_entries_with_a_part_for_the_caller(house: House) -> None:
    await house.make_entry()
    host, other = await house.signed_in(), await house.account("Eve")
    platform, blind = await house.platform("read"), await house.platform("tokens")
    stranger = await house.browser()

    [mine] = await host.done("GET", "/entries")
    [all_of_them] = await platform.done("GET", "/entries")

    assert (mine["entry_id"], mine["part"], mine["people"]) == (house.room, "owner", 0)
    assert all_of_them["entry_id"] == house.room
    assert await other.done("GET", "/entries") == []
    await blind.refused("not_allowed", "GET", "/entries")
    await stranger.refused("not_signed_in", "GET", "/entries")


async def test_a_list_says_what_is_a_draft_and_what_was_used_last(house: House) -> None:
    await house.make_entry(kind=EntryKind.VIDEO, starts_at=5_000, ends_at=9_000)
    host = await house.signed_in()
    [draft] = await host.done("GET", "/entries")

    await host.done("PATCH", f"/entries/{house.room}", {"content_url": "/assets/v.webm"})
    [shown] = await host.done("GET", "/entries")

    assert (draft["has_content"], shown["has_content"]) == (False, True)
    assert (draft["starts_at"], draft["ends_at"]) == (5_000, 9_000)
    assert draft["used_at"] <= shown["used_at"] <= house.clock()
    assert draft["used_at"] > 0


async def test_a_room_is_never_without_content(house: House) -> None:
    await house.make_entry()
    host = await house.signed_in()

    [room] = await host.done("GET", "/entries")

    assert room["has_content"] is True


async def test_a_list_comes_in_pages_that_name_the_next(house: House) -> None:
    for number in range(5):
        entry = c.CreateEntry(kind=EntryKind.ROOM, name=f"Room {number}")
        await house.hub.ask(RoomId(f"e_{number}"), entry, house.host)
    host = await house.signed_in()
    found, path = [], "/entries?limit=2"

    for _ in range(3):
        answer = await host.call("GET", path)
        found += [one["entry_id"] for one in answer.json()]
        link = answer.headers.get("link", "")
        path = link.partition(">")[0].removeprefix("</api/v1")

    assert found == [f"e_{number}" for number in range(5)]
    assert path == ""


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=1&limit=2"])
async def test_a_page_has_its_bounds(house: House, query: str) -> None:
    host = await house.signed_in()

    problem = await host.refused("bad_request", "GET", f"/entries?{query}")

    assert problem["where"] == "limit"


async def test_a_media_page_shows_each_what_they_may(house: House) -> None:
    await house.make_open(content_url="https://media.example/1.mp4", ends_at=None)
    await house.invite("ada@example.org")
    host, viewer = await house.signed_in(), await house.account("Cora", Part.CO_VIEWER)
    invited, stranger = await house.account("Ada"), await house.account("Eve")
    path = f"/entries/{house.room}"

    mine = await host.done("GET", path)
    hers = await viewer.done("GET", path)
    theirs = await invited.done("GET", path)

    assert (mine["may_open"], mine["may_enter"], mine["people"]) == (True, True, 0)
    assert "delete_entry" in mine["rights"]
    assert mine["settings"]["capacity"] == 100_000
    assert mine["invitation_types"] == ["viewer", "speaker", "moderator"]
    assert (hers["may_open"], hers["rights"], hers["part"]) == (True, [], "co_viewer")
    assert not {"settings", "people"} & hers.keys()
    assert (theirs["may_open"], theirs["may_enter"]) == (False, True)
    assert "content_url" not in theirs
    await stranger.refused("not_found", "GET", path)
    anonymous = await house.browser()
    await anonymous.refused("not_signed_in", "GET", path)
    await anonymous.refused("not_signed_in", "GET", "/entries/e_none")


async def test_nobody_is_offered_to_invite_above_themselves(house: House) -> None:
    await house.make_entry()
    publisher = await house.account("Pia", Part.CO_PUBLISHER)

    view = await publisher.done("GET", f"/entries/{house.room}")

    assert view["invitation_types"] == ["viewer", "speaker", "moderator"]
    assert "edit_entry" not in view["rights"]


async def _pause(house: House, link_id: str) -> None:
    await house.asked(c.PauseGuestLink(link_id=LinkId(link_id), is_paused=True))


async def _delete(house: House, link_id: str) -> None:
    await house.asked(c.DeleteGuestLink(link_id=LinkId(link_id)))


@pytest.mark.parametrize("close", [_pause, _delete])
async def test_content_is_closed_to_a_guest_whose_link_was(house: House, close: "object") -> None:
    await house.make_entry(kind=EntryKind.VIDEO, content_url="/assets/v.webm")
    link_id, token = await house.make_link()
    browser, _ = await house.guest(token)
    path = f"/entries/{house.room}"
    assert (await browser.done("GET", path))["content_url"] == "/assets/v.webm"

    await close(house, link_id)  # type: ignore[operator]

    view = await browser.done("GET", path)
    assert view["may_open"] is False
    assert "content_url" not in view


async def test_content_stays_open_to_whoever_is_on_the_page(house: House) -> None:
    session = await house.make_entry(kind=EntryKind.VIDEO, content_url="/assets/v.webm")
    link_id, token = await house.make_link()
    browser, _ = await house.guest(token)
    async with line(house, session, browser=browser) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        await _pause(house, link_id)

        assert (await browser.done("GET", f"/entries/{house.room}"))["may_open"] is True


async def test_content_is_closed_to_invitees_withdrawn_and_to_those_at_a_gate(
    house: House,
) -> None:
    settings = EntrySettings(approve_guests=True)
    await house.make_entry(kind=EntryKind.VIDEO, content_url="/assets/v.webm", settings=settings)
    one, token = await house.invite("ada@example.org")
    _, guest_token = await house.make_link()
    browser = await house.browser()
    await browser.done("POST", "/doors/invitation", {"token": token, "email": "ada@example.org"})
    waiting, admitted = await house.guest(guest_token)
    path = f"/entries/{house.room}"
    assert (await browser.done("GET", path))["may_open"] is True
    assert (await waiting.done("GET", path))["may_open"] is False
    assert admitted["next"].startswith("/s/")

    await house.asked(c.RevokeInvitation(invitation_id=InvitationId(one)))

    assert (await browser.done("GET", path))["may_open"] is False


async def test_nobody_finds_the_people_of_another_platform_or_provider(house: House) -> None:
    session = await house.make_open()
    known = house.directory
    for account, place in (("i_t", "lti_one"), ("i_s", "lti_one"), ("i_x", "lti_two")):
        person = house.person(f"Sam {account}", f"{account}@example.org")
        await known.remember(AccountId(account), person, place)
        await house.grant(account, Part.CO_OWNER)
    path = f"/users?entry_id={house.room}&q=sam"
    teacher, key = await house.browser(), "k" * 43
    launched = house.host_token(
        account_id=AccountId("i_t"),
        name="Sam i_t",
        email="i_t@example.org",
        is_operator=False,
        browser=hash_of(key),
    )
    await teacher.done("POST", "/sign-in", {"token": launched, "key": key})
    _, token = await house.make_link()
    guest, admitted = await house.guest(token, "Mona")
    async with line(house, session, browser=guest) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        one = ParticipantId(admitted["participant_id"])
        await house.asked(c.SetRole(participant_id=one, role=Role.MODERATOR))
        nobody = await guest.done("GET", path)
    found = await teacher.done("GET", path)
    ours = await (await house.signed_in()).done("GET", path)

    assert {one["account_id"] for one in found["people"]} == {"i_t", "i_s"}
    assert nobody == {"people": []}
    assert ours == {"people": []}


async def test_users_are_found_by_those_who_may_invite(house: House) -> None:
    await house.make_entry()
    host, other = await house.signed_in(), await house.account("Eve", Part.CO_VIEWER)
    await house.directory.remember(AccountId("ada"), house.person("Ada", "ada@example.org"))
    path = f"/users?entry_id={house.room}&q="

    found = await host.done("GET", f"{path}ada")

    assert found == {"people": [{"account_id": "ada", "name": "Ada", "email": "ada@example.org"}]}
    assert await (await house.platform("read")).done("GET", f"{path}ada") == found
    assert await host.done("GET", f"{path}a") == {"people": []}
    assert await host.done("GET", f"{path}%20%20a") == {"people": []}
    await other.refused("not_allowed", "GET", f"{path}ada")
    await host.refused("bad_request", "GET", "/users?q=ada")
    await host.refused("bad_request", "GET", f"{path}{'x' * 101}")
