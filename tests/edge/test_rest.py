"""Commands over HTTP, and entering from the media page."""

import asyncio

import pytest

from protocol import commands as c
from protocol.content import MAX_CAPTIONS
from protocol.ids import BlockId, LinkId, ParticipantId
from protocol.messages import Snapshot
from protocol.roles import Part, Role
from protocol.routes import COMMAND_ROUTES
from protocol.views import Window
from server.edge.rest import command_operations
from tests.edge.house import House
from tests.edge.lines import line

ENTRY = {"kind": "room", "name": "Algebra"}


def test_every_command_with_a_route_is_an_operation() -> None:
    assert [(one.method, one.path, one.body) for one in command_operations()] == [
        (route.method, route.path, route.command) for route in COMMAND_ROUTES
    ]
    assert all(one.summary.endswith(".") for one in command_operations())


async def test_an_operator_makes_changes_and_deletes_an_entry(house: House) -> None:
    host = await house.signed_in()

    made = await host.done("POST", "/entries", ENTRY)
    entry_id = made["result"]["entry_id"]
    path = f"/entries/{entry_id}"
    await host.done("PATCH", path, {"name": "Geometry", "starts_at": 1_900_000_000_000})
    await host.done("PATCH", path, {"starts_at": None})
    body = {"settings": {"names_up_to": 7}, "only": ["names_up_to"]}
    await host.done("PATCH", f"{path}/settings", body)
    view = await host.done("GET", path)
    await host.done("DELETE", path)

    assert entry_id.startswith("e_")
    assert view["name"] == "Geometry"
    assert "starts_at" not in view
    assert view["settings"]["names_up_to"] == 7
    await host.refused("not_found", "GET", path)
    await host.refused("not_found", "PATCH", path, {"name": "Again"})


async def test_a_video_has_so_many_captions_and_no_more(house: House) -> None:
    await house.make_entry()
    host, path = await house.signed_in(), f"/entries/{house.room}"
    one = {"language": "en", "label": "English", "url": "/talk.en.vtt"}
    most, too_many = [one] * MAX_CAPTIONS, [one] * (MAX_CAPTIONS + 1)

    await host.done("PATCH", path, {"captions": most})
    before = await house.version()
    await host.refused("bad_request", "PATCH", path, {"captions": too_many, "name": "Other"})
    await host.refused("bad_request", "POST", "/entries", ENTRY | {"captions": too_many})

    assert await house.version() == before
    view = await host.done("GET", path)
    assert (view["name"], view["captions"]) == ("Seminar", most)


async def test_a_platform_makes_an_entry_for_its_owner(house: House) -> None:
    platform = await house.platform("entries")
    owner = {"account_id": "olga", "name": "Olga", "email": "olga@example.org"}

    problem = await platform.refused("bad_request", "POST", "/entries", ENTRY)
    made = await platform.done("POST", "/entries", ENTRY | {"owner": owner})

    assert problem["where"] == "owner"
    olga = await house.account("Olga")
    view = await olga.done("GET", f"/entries/{made['result']['entry_id']}")
    assert view["part"] == "owner"


async def test_nobody_else_makes_entries(house: House) -> None:
    stranger, account = await house.browser(), await house.account("Ada")
    reader = await house.platform("read", "tokens")

    await stranger.refused("not_signed_in", "POST", "/entries", ENTRY)
    await account.refused("not_allowed", "POST", "/entries", ENTRY)
    await reader.refused("not_allowed", "POST", "/entries", ENTRY)


async def test_a_repeated_key_makes_one_entry(house: House) -> None:
    host = await house.signed_in()
    again = {"Idempotency-Key": "make-1"}

    answers = await asyncio.gather(
        *(host.done("POST", "/entries", ENTRY, headers=again) for _ in range(5))
    )
    other = await host.done("POST", "/entries", ENTRY, headers={"Idempotency-Key": "make-2"})

    assert len({answer["result"]["entry_id"] for answer in answers}) == 1
    assert other["result"] != answers[0]["result"]
    await host.refused("command_reused", "POST", "/entries", ENTRY | {"name": "X"}, headers=again)


async def test_a_repeated_key_has_no_second_effect(house: House) -> None:
    await house.make_entry()
    host = await house.signed_in()
    path = f"/entries/{house.room}/guest-links"
    again = {"Idempotency-Key": "link-1"}

    first = await host.done("POST", path, {"name": "Open day"}, headers=again)
    second = await host.done("POST", path, {"name": "Open day"}, headers=again)

    assert first["result"] == second["result"]
    assert len((await house.state()).links) == 1
    await host.refused("command_reused", "POST", path, {"name": "Other"}, headers=again)
    other = await house.account("Cora", Part.CO_EDITOR)
    await other.done("POST", path, {"name": "Other"}, headers=again)


@pytest.mark.parametrize("key", ["", "with space", "x" * 81, "{braces}"])
async def test_a_key_has_the_shape_of_an_id(house: House, key: str) -> None:
    await house.make_entry()
    host = await house.signed_in()

    problem = await host.refused(
        "bad_request",
        "POST",
        f"/entries/{house.room}/session/start",
        {},
        headers={"Idempotency-Key": key},
    )

    assert problem["where"] == "Idempotency-Key"


async def test_the_whole_session_is_run_over_http(house: House) -> None:
    session = await house.make_entry()
    host = await house.signed_in()
    base = f"/entries/{house.room}"

    await host.done("POST", f"{base}/session/start", {})
    await host.done("PUT", f"{base}/session/lock", {"is_locked": True})
    await host.done("PUT", f"{base}/session/stage-mode", {"mode": "everyone"})
    await host.done("PUT", f"{base}/guest-access", {"is_on": True})
    made = await host.done("POST", f"{base}/guest-links", {"name": "Open day"})
    link = f"{base}/guest-links/{made['result']['link_id']}"
    await host.done("PATCH", link, {"uses": 9})
    await host.done("PUT", f"{link}/pause", {"is_paused": True})
    await host.done("PUT", f"{link}/pause", {"is_paused": False})
    await host.done("POST", f"{link}/extend", {"days": 1})
    await host.done("POST", f"{link}/regenerate")
    access = await host.done("GET", f"{base}/guest-access")
    _, token = access["links"][0]["url"].split("#g.")
    _, ada = await house.guest(token, "Ada")
    _, bob = await house.guest(token, "Bob")
    ada_path, bob_path = (f"{base}/participants/{one['participant_id']}" for one in (ada, bob))
    await host.done("POST", f"{base}/session/admit", {"participant_ids": [ada["participant_id"]]})
    await host.done("POST", f"{base}/session/decline", {"participant_ids": [bob["participant_id"]]})
    await host.done("POST", f"{base}/session/admit-all", {})
    await host.done("POST", f"{ada_path}/block", {})
    [block] = (await house.state()).blocks
    await host.done("DELETE", f"{base}/blocks/{block}")
    await host.done("POST", f"{bob_path}/readmit")
    await host.done("POST", f"{link}/revoke")
    await host.done("POST", f"{base}/session/end", {})

    state = await house.state()
    assert state.session is not None
    assert (state.session.id, state.session.state) == (session, "ended")
    assert state.links[LinkId(made["result"]["link_id"])].is_deleted
    assert BlockId(block) not in state.blocks


async def test_what_stands_in_the_path_may_not_stand_in_the_body(house: House) -> None:
    await house.make_entry()
    link_id, _ = await house.make_link()
    host = await house.signed_in()
    path = f"/entries/{house.room}/guest-links/{link_id}"
    before = await house.version()

    for name, value in (
        ("link_id", link_id),
        ("entry_id", house.room),
        ("type", "edit_guest_link"),
    ):
        problem = await host.refused("bad_request", "PATCH", path, {"name": "X", name: value})
        assert problem["where"] == name

    assert await house.version() == before


async def test_a_query_changes_nothing(house: House) -> None:
    """An added parameter once made a moderator of a viewer (CVE-2024-38518)."""
    await house.make_open()
    _, token = await house.make_link()
    browser = await house.browser()
    form = {"token": token, "name": "Gil", "email": "gil@example.org"}

    admitted = await browser.done("POST", "/doors/guest?role=host&role=viewer&name=Root", form)

    state = await house.state()
    participant = state.participants[ParticipantId(admitted["participant_id"])]
    assert (participant.role, participant.person.name) == (Role.VIEWER, "Gil")


async def test_strangers_and_people_without_a_part_do_nothing(house: House) -> None:
    await house.make_open()
    stranger, account = await house.browser(), await house.account("Eve")
    path = f"/entries/{house.room}/session/end"
    before = await house.version()

    await stranger.refused("not_signed_in", "POST", path, {})
    await account.refused("not_allowed", "POST", path, {})

    assert await house.version() == before


async def test_a_moderator_without_an_account_acts_with_the_ticket(house: House) -> None:
    session = await house.make_open()
    _, token = await house.invite("ada@example.org", "moderator")
    browser = await house.browser()
    body = {"token": token, "email": "ada@example.org"}
    admitted = await browser.done("POST", "/doors/invitation", body)
    program = await house.browser()
    program.http.headers["Authorization"] = f"Bearer {admitted['ticket']}"
    path = f"/entries/{house.room}/session/lock"

    # With a ticket alone nobody is in the room yet.
    await browser.refused("not_allowed", "PUT", path, {"is_locked": True})
    async with line(house, session, browser=browser) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        await browser.done("PUT", path, {"is_locked": True})
        await program.done("PUT", path, {"is_locked": False})
        await browser.refused("not_allowed", "DELETE", f"/entries/{house.room}")


async def test_whoever_may_more_as_an_account_acts_as_that(house: House) -> None:
    session = await house.make_open()
    host = await house.signed_in()
    admitted = await host.done("POST", f"/entries/{house.room}/enter", {})
    async with line(house, session, browser=host) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        subject = ParticipantId(admitted["participant_id"])
        await inside.do(c.SetRole(participant_id=subject, role=Role.VIEWER, even_if_last=True))

        await host.done("PATCH", f"/entries/{house.room}", {"name": "Still mine"})


async def test_ids_of_another_room_are_unknown_here(house: House) -> None:
    await house.make_open()
    link_id, _ = await house.make_link()
    host = await house.signed_in()
    other = (await host.done("POST", "/entries", ENTRY))["result"]["entry_id"]

    await host.refused("not_found", "DELETE", f"/entries/{other}/guest-links/{link_id}")

    assert not (await house.state()).links[LinkId(link_id)].is_deleted


async def test_entering_needs_an_account_with_a_way_in(house: House) -> None:
    session = await house.make_open()
    await house.invite("ada@example.org", "speaker")
    host, invited = await house.signed_in(), await house.account("Ada")
    stranger, other = await house.browser(), await house.account("Eve")
    path = f"/entries/{house.room}/enter"

    assert (await host.done("POST", path, {}))["role"] == "host"
    admitted = await invited.done("POST", path, {})
    assert (admitted["role"], admitted["session_id"]) == ("speaker", session)
    await stranger.refused("not_signed_in", "POST", path, {})
    await other.refused("not_allowed", "POST", path, {})
    await host.refused("bad_request", "POST", path, {"role": "host"})
    await host.refused("not_found", "POST", "/entries/e_none/enter", {})
