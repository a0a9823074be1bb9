"""The door of guest links."""

import asyncio

import pytest

from protocol import commands as c
from protocol.ids import LinkId, ParticipantId
from protocol.roles import BlockBy, EntryKind
from protocol.settings import EntrySettings
from server.core.consents import consent_version
from tests.edge.browsers import Browser
from tests.edge.house import House

DAY_MS = 86_400_000


def form(token: str, name: str = "Gil") -> dict[str, str]:
    return {"token": token, "name": name, "email": f"{name.lower()}@guests.example"}


async def uses(house: House, link_id: str) -> int:
    return (await house.state()).links[LinkId(link_id)].uses


async def test_looking_shows_the_page_and_uses_nothing_up(house: House) -> None:
    await house.make_entry(settings=EntrySettings(consent="We keep your name for a year."))
    link_id, token = await house.make_link(uses=1)
    before = await house.version()

    for _ in range(100):
        browser = await house.browser()
        door = await browser.done("POST", "/doors/guest/look", {"token": token})

    assert door == {
        "entry_id": house.room,
        "entry_name": "Seminar",
        "kind": "room",
        "state": "active",
        "session_state": "scheduled",
        "consent": "We keep your name for a year.",
        "consent_version": consent_version("We keep your name for a year."),
        "is_returning": False,
        "name": "",
    }
    assert await uses(house, link_id) == 0
    assert await house.version() == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "path", ["/doors/guest", "/doors/guest/look", "/doors/guest/return", "/join"]
)
async def test_previews_and_prefetches_change_nothing(house: House, method: str, path: str) -> None:
    await house.make_open()
    link_id, token = await house.make_link(uses=1)
    before = await house.version()
    url = path if path == "/join" else f"/api/v1{path}"
    browser = await house.browser(Purpose="prefetch")

    answer = await browser.http.request(method, f"{house.url}{url}?token={token}", json=form(token))

    assert answer.status_code in (200, 405, 503)  # 503: pages are not built here
    assert (answer.status_code == 405) is (path != "/join" or method not in ("GET", "HEAD"))
    assert await uses(house, link_id) == 0
    assert await house.version() == before


async def test_the_form_lets_a_guest_in_and_counts_one_use(house: House) -> None:
    session = await house.make_open()
    link_id, token = await house.make_link()

    _, admitted = await house.guest(token)

    assert admitted["session_id"] == session
    assert admitted["role"] == "viewer"
    assert admitted["next"] == f"/s/{session}"
    assert await uses(house, link_id) == 1
    person = (await house.state()).participants[ParticipantId(admitted["participant_id"])].person
    assert (person.name, person.email) == ("Gil", "gil@guests.example")


async def test_a_form_sent_twice_is_one_guest(house: House) -> None:
    await house.make_open()
    link_id, token = await house.make_link(uses=1)
    browser = await house.browser()
    await browser.done("POST", "/doors/guest/look", {"token": token})

    first, second = await asyncio.gather(
        browser.done("POST", "/doors/guest", form(token)),
        browser.done("POST", "/doors/guest", form(token)),
    )

    assert first["participant_id"] == second["participant_id"]
    assert await uses(house, link_id) == 1


async def test_a_guest_comes_back_on_the_device_without_the_form(house: House) -> None:
    await house.make_open()
    link_id, token = await house.make_link(uses=1)
    browser, admitted = await house.guest(token)

    door = await browser.done("POST", "/doors/guest/look", {"token": token})
    again = await browser.done("POST", "/doors/guest/return", {"token": token})

    assert (door["is_returning"], door["name"], door["state"]) == (True, "Gil", "used_up")
    assert again["participant_id"] == admitted["participant_id"]
    assert await uses(house, link_id) == 1
    stranger = await house.browser()
    await stranger.refused("not_found", "POST", "/doors/guest/return", {"token": token})
    door = await stranger.done("POST", "/doors/guest/look", {"token": token})
    assert (door["is_returning"], door["name"]) == (False, "")


async def test_of_fifty_at_once_a_one_use_link_admits_exactly_one(house: House) -> None:
    await house.make_open()
    link_id, token = await house.make_link(uses=1)
    browsers = [await house.browser() for _ in range(50)]

    answers = await asyncio.gather(
        *(
            browser.patiently("/doors/guest", form(token, f"Guest{number}"))
            for number, browser in enumerate(browsers)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] + 49 * [403]
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 403}
    assert refused == {"link_used_up"}
    assert await uses(house, link_id) == 1
    assert len((await house.state()).participants) == 1


async def _pause(house: House, link_id: str) -> None:
    await house.asked(c.PauseGuestLink(link_id=LinkId(link_id), is_paused=True))


async def _switch_off(house: House, link_id: str) -> None:
    await house.asked(c.SetGuestAccess(is_on=False))


async def _expire(house: House, link_id: str) -> None:
    house.clock.ahead_ms += DAY_MS


async def _delete(house: House, link_id: str) -> None:
    await house.asked(c.DeleteGuestLink(link_id=LinkId(link_id)))


async def _regenerate(house: House, link_id: str) -> None:
    await house.asked(c.RegenerateGuestLink(link_id=LinkId(link_id)))


async def _use_up(house: House, link_id: str) -> None:
    await house.asked(c.EditGuestLink(link_id=LinkId(link_id), uses=1))
    host = await house.signed_in()
    access = await host.done("GET", f"/entries/{house.room}/guest-access")
    await house.guest(access["links"][0]["url"].partition("#g.")[2], "First")


async def _end(house: House, link_id: str) -> None:
    await house.asked(c.EndSession())


async def _delete_entry(house: House, link_id: str) -> None:
    await house.asked(c.DeleteEntry())


async def _fill(house: House, link_id: str) -> None:
    settings = EntrySettings(capacity=1, reserved_seats=0)
    await house.asked(c.EditSettings(settings=settings, only=("capacity", "reserved_seats")))
    host = await house.signed_in()
    access = await host.done("GET", f"/entries/{house.room}/guest-access")
    await house.guest(access["links"][0]["url"].partition("#g.")[2], "First")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_pause, "link_disabled"),
        (_switch_off, "link_disabled"),
        (_expire, "link_expired"),
        (_delete, "link_revoked"),
        (_regenerate, "link_revoked"),
        (_use_up, "link_used_up"),
        (_end, "session_ended"),
        (_delete_entry, "link_not_found"),
        (_fill, "room_full"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
async def test_a_link_that_changes_while_the_form_is_open_is_refused(
    house: House, change: "object", code: str
) -> None:
    await house.make_open()
    link_id, token = await house.make_link(days=1)
    browser = await house.browser()
    await browser.done("POST", "/doors/guest/look", {"token": token})
    await change(house, link_id)  # type: ignore[operator]
    people = len((await house.state()).participants)

    await browser.refused(code, "POST", "/doors/guest", form(token))

    assert len((await house.state()).participants) == people


async def test_someone_removed_does_not_come_back_by_the_same_link(house: House) -> None:
    await house.make_open()
    _, token = await house.make_link()
    browser, admitted = await house.guest(token)
    subject = ParticipantId(admitted["participant_id"])

    await house.asked(c.Remove(participant_id=subject))

    await browser.refused("removed", "POST", "/doors/guest", form(token))
    await browser.refused("removed", "POST", "/doors/guest", form(token, "Other"))
    await browser.refused("removed", "POST", "/doors/guest/return", {"token": token})
    private = await house.browser()
    await private.refused("removed", "POST", "/doors/guest", form(token))
    await house.asked(c.Block(participant_id=subject, by=(BlockBy.EMAIL, BlockBy.DEVICE)))
    await browser.refused("blocked", "POST", "/doors/guest", form(token))


async def test_someone_declined_is_told_so(house: House) -> None:
    await house.make_open()
    _, token = await house.make_link(needs_approval=True)
    browser, admitted = await house.guest(token)

    await house.asked(c.Decline(participant_ids=(ParticipantId(admitted["participant_id"]),)))

    await browser.refused("declined", "POST", "/doors/guest", form(token))


async def test_what_is_not_live_opens_on_its_media_page(house: House) -> None:
    await house.make_entry(kind=EntryKind.VIDEO, content_url="/assets/video.webm")
    _, token = await house.make_link()
    browser, admitted = await house.guest(token)

    assert admitted["next"] == f"/e/{house.room}"
    view = await browser.done("GET", f"/entries/{house.room}")
    assert (view["may_open"], view["content_url"]) == (True, "/assets/video.webm")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "\u200b\u00ad "), ("email", "not an address"), ("email", "a@b,c@d.example")],
)
async def test_a_form_that_names_nobody_says_which_field(
    house: House, field: str, value: str
) -> None:
    await house.make_open()
    link_id, token = await house.make_link()
    browser = await house.browser()

    problem = await browser.refused(
        "bad_request", "POST", "/doors/guest", form(token) | {field: value}
    )

    assert problem["where"] == field
    assert await uses(house, link_id) == 0


async def _program(house: House) -> Browser:
    browser = await house.browser()
    browser.http.headers.pop("Origin")
    browser.http.headers.pop("X-Usher")
    return browser


async def test_a_program_without_cookies_comes_in_and_back_with_its_ticket(house: House) -> None:
    await house.make_open()
    link_id, token = await house.make_link(uses=1)
    program = await _program(house)
    admitted = await program.done("POST", "/doors/guest", form(token))
    program.http.cookies.clear()
    program.http.headers["Authorization"] = f"Bearer {admitted['ticket']}"

    again = await program.done("POST", "/doors/guest/return", {"token": token})

    assert again["participant_id"] == admitted["participant_id"]
    assert await uses(house, link_id) == 1
