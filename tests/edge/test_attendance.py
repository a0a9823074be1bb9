"""What is read of who was there: by whom, while a session runs, at its end, and later."""

import csv
import io
from typing import Any

import pytest

from protocol import commands as c
from protocol.ids import ParticipantId
from protocol.messages import Snapshot
from protocol.roles import Part, Right, Role
from protocol.settings import EntrySettings
from protocol.views import Window
from tests.edge.browsers import Browser
from tests.edge.house import House
from tests.edge.lines import line


async def test_attendance_is_exported_live_and_after_the_session(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser, _ = await house.guest(token, "=Gil")
    host = await house.signed_in()
    path = f"/sessions/{session}/attendance"
    async with line(house, session, browser=browser) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        live = await host.done("GET", path)
        await house.asked(c.EndSession())
        await guest.end()
    ended = await host.done("GET", path)
    await house.asked(c.StartSession())
    kept = await host.done("GET", path)

    assert [one["name"] for one in live["people"]] == ["=Gil"]
    assert live["people"][0]["is_here"]
    assert "ended_at" not in live
    assert live["until"] >= live["opened_at"]
    assert ended["ended_at"] >= ended["opened_at"]
    assert kept == ended
    answer = await host.call("GET", f"{path}?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="attendance-{session}.csv"' in answer.headers["content-disposition"]
    [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert row["name"] == "'=Gil"


async def test_the_summary_and_the_people_tell_the_same(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    host = await house.signed_in()
    browser, admitted = await house.guest(token, "Gil")
    path = f"/sessions/{session}/attendance"
    async with line(house, session, browser=browser) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        wish = c.SetRole(
            participant_id=ParticipantId(admitted["participant_id"]), role=Role.SPEAKER
        )
        await house.asked(wish)
        summary = await host.done("GET", f"{path}/summary")
        page = await host.done("GET", f"{path}/people")

    assert (summary["totals"]["people"], summary["totals"]["here"]) == (1, 1)
    assert [(one["origin"], one["link_name"]) for one in summary["ways"]] == [
        ("guest_link", "Open day")
    ]
    assert summary["curve"]["totals"][-1] == 1
    assert summary["grace_s"] == 30
    assert summary["refresh_s"] >= 1
    assert page["found"] == 1
    [gil] = page["people"]
    assert (gil["name"], gil["email"], gil["is_here"]) == ("Gil", "gil@guests.example", True)
    [change] = gil["role_changes"]
    assert (change["before"], change["after"], change["by"]) == ("viewer", "speaker", "Hanna")


async def filled(house: House, *names: str) -> Any:
    """Make a session with guests who have come and gone; give it, ended."""
    session = await house.make_open()
    _, token = await house.make_link()
    for name in names:
        browser, _ = await house.guest(token, name)
        async with line(house, session, browser=browser) as guest:
            await guest.hello(Window())
            await guest.hear(Snapshot)
    await house.asked(c.EndSession())
    return session


async def test_people_come_by_stretches_searched_filtered_and_sorted(house: House) -> None:
    session = await filled(house, "Cleo", "Ann", "Bea")
    host = await house.signed_in()
    path = f"/sessions/{session}/attendance/people"

    async def names(query: str) -> tuple[int, list[str]]:
        page = await host.done("GET", f"{path}?{query}")
        return page["found"], [one["name"] for one in page["people"]]

    assert await names("") == (3, ["Cleo", "Ann", "Bea"])
    assert await names("first=1&limit=1") == (3, ["Ann"])
    assert await names("first=7") == (3, [])
    assert await names("sort=name") == (3, ["Ann", "Bea", "Cleo"])
    assert await names("q=BEA@") == (1, ["Bea"])
    assert await names("origin=guest_link&link=Open+day&role=viewer&q=nn") == (1, ["Ann"])
    assert await names("origin=account") == (0, [])
    assert await names("link=Other") == (0, [])


@pytest.mark.parametrize(
    "query",
    ["sort=age", "sort=--name", "origin=moon", "role=king", "first=-1", "first=x", "limit=0",
     "limit=201", "q=" + "x" * 201, "q=a&q=b"],
)  # fmt: skip
async def test_what_cannot_be_asked_for_is_refused(house: House, query: str) -> None:
    session = await house.make_open()
    host = await house.signed_in()

    await host.refused("bad_request", "GET", f"/sessions/{session}/attendance/people?{query}")


@pytest.mark.parametrize("form", ["xml", "json&format=csv", ""])
async def test_other_formats_are_refused(house: House, form: str) -> None:
    session = await house.make_open()
    host = await house.signed_in()

    await host.refused("bad_request", "GET", f"/sessions/{session}/attendance?format={form}")


PARTS = ("attendance", "attendance?format=csv", "attendance/summary", "attendance/people")


async def test_attendance_is_for_those_who_may_export(house: House) -> None:
    session = await house.make_open()
    viewer, host = await house.account("Eve", Part.CO_VIEWER), await house.signed_in()
    blind, reader = await house.platform("tokens"), await house.platform("read")
    stranger = await house.browser()

    for part in PARTS:
        path = f"/sessions/{session}/{part}"
        await viewer.refused("not_allowed", "GET", path)
        await blind.refused("not_allowed", "GET", path)
        await stranger.refused("not_signed_in", "GET", path)
        assert (await reader.call("GET", path)).status_code == 200
        await host.refused("not_found", "GET", f"/sessions/{house.room}.s_none/{part}")
        await host.refused("not_found", "GET", f"/sessions/e_none.s_1/{part}")
    sessions = f"/entries/{house.room}/sessions"
    await viewer.refused("not_allowed", "GET", sessions)
    await blind.refused("not_allowed", "GET", sessions)
    await stranger.refused("not_signed_in", "GET", sessions)
    await host.refused("not_found", "GET", "/entries/e_none/sessions")


async def test_sessions_are_listed_with_their_records(house: House) -> None:
    first = await filled(house, "Ann", "Bea")
    await house.asked(c.StartSession())
    host = await house.signed_in()

    found = await host.done("GET", f"/entries/{house.room}/sessions")

    assert found["entry_name"] == "Seminar"
    second, over = found["sessions"]
    assert (second["state"], over["state"]) == ("open", "ended")
    assert (over["session_id"], over["people"]) == (first, 2)
    assert over["ended_at"] <= second["opened_at"]
    summary = await host.done("GET", f"/sessions/{first}/attendance/summary")
    assert (summary["totals"]["people"], "until" in summary) == (2, False)


async def moderated(house: House, session: str) -> Browser:
    """Let a guest in and make them a moderator, whose socket is open until the session ends."""
    _, token = await house.make_link()
    browser, admitted = await house.guest(token, "Mona")
    async with line(house, session, browser=browser) as mona:
        await mona.hello(Window())
        await mona.hear(Snapshot)
        one = ParticipantId(admitted["participant_id"])
        await house.asked(c.SetRole(participant_id=one, role=Role.MODERATOR))
        await browser.done("GET", f"/sessions/{session}/attendance/summary")
        await house.asked(c.EndSession())
        await mona.end()
    return browser


async def test_a_moderator_reads_their_own_session_at_its_end_too_and_no_other(
    house: House,
) -> None:
    first = await filled(house, "Ann")
    await house.asked(c.StartSession())
    state = await house.state()
    assert state.session is not None
    second = state.session.id
    browser = await moderated(house, second)

    for part in PARTS:
        assert (await browser.call("GET", f"/sessions/{second}/{part}")).status_code == 200
        await browser.refused("not_allowed", "GET", f"/sessions/{first}/{part}")
    listed = await browser.done("GET", f"/entries/{house.room}/sessions")
    assert [one["session_id"] for one in listed["sessions"]] == [second]

    # The next session is not theirs, and the one before has become a past one.
    await house.asked(c.StartSession())
    await browser.refused("not_signed_in", "GET", f"/sessions/{second}/attendance")


async def test_who_had_left_before_the_end_reads_nothing_then(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser, admitted = await house.guest(token, "Mona")
    one = ParticipantId(admitted["participant_id"])
    async with line(house, session, browser=browser) as mona:
        await mona.hello(Window())
        await mona.hear(Snapshot)
        await house.asked(c.SetRole(participant_id=one, role=Role.MODERATOR))
    await house.asked(c.Remove(participant_id=one))
    await browser.refused("not_allowed", "GET", f"/sessions/{session}/attendance")
    await house.asked(c.EndSession())
    await browser.refused("not_allowed", "GET", f"/sessions/{session}/attendance")


async def test_who_may_export_and_sees_no_staff_surfaces_reads_no_address(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser, admitted = await house.guest(token, "Vic")
    path = f"/sessions/{session}/attendance"
    async with line(house, session, browser=browser) as vic:
        await vic.hello(Window())
        await vic.hear(Snapshot)
        await browser.refused("not_allowed", "GET", path)
        one = ParticipantId(admitted["participant_id"])
        await house.asked(c.SetRights(participant_id=one, granted=(Right.EXPORT,)))
        for part in PARTS:
            answer = await browser.call("GET", f"/sessions/{session}/{part}")
            assert answer.status_code == 200
            assert "guests.example" not in answer.text
            assert "Open day" not in answer.text
        page = await browser.done("GET", f"{path}/people?q=guests.example")
        assert page["found"] == 0


async def test_who_waits_at_a_gate_reads_nothing_and_is_in_no_record(house: House) -> None:
    session = await house.make_open(settings=EntrySettings(approve_guests=True))
    _, token = await house.make_link()
    waiting, _ = await house.guest(token)
    host = await house.signed_in()

    await waiting.refused("not_allowed", "GET", f"/sessions/{session}/attendance")
    async with line(house, session, browser=waiting) as gil:
        await gil.hello(Window())
        summary = await host.done("GET", f"/sessions/{session}/attendance/summary")
    assert summary["totals"]["people"] == 0
