"""The calendar file of a scheduled entry."""

from datetime import UTC, datetime

from icalendar import Calendar

from tests.calendars import read_elsewhere
from tests.edge.house import House

STARTS = 1_900_000_000_000
PATH = "/entries/e_room/calendar"


async def test_whoever_may_come_gets_the_appointment(house: House) -> None:
    await house.make_entry(starts_at=STARTS, ends_at=STARTS + 5_400_000)
    _, token = await house.make_link()
    guest, _ = await house.guest(token)

    answer = await guest.call("GET", PATH)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="e_room.ics"'
    file = Calendar.from_ical(answer.text)
    [event] = file.events
    assert str(event["summary"]) == "Seminar"
    assert event.decoded("dtstart") == datetime.fromtimestamp(STARTS / 1000, UTC)
    assert event.decoded("dtend") == datetime.fromtimestamp(STARTS / 1000 + 5_400, UTC)
    assert str(event["url"]) == f"{house.url}/e/e_room"
    calendar, read = read_elsewhere(answer.text)
    assert calendar["method"] == ({}, "text", "PUBLISH")
    assert read["summary"] == ({}, "text", "Seminar")
    assert read["dtstart"] == ({}, "date-time", "2030-03-17T17:46:40Z")
    assert read["dtend"] == ({}, "date-time", "2030-03-17T19:16:40Z")
    assert read["url"] == ({}, "uri", f"{house.url}/e/e_room")


async def test_it_is_the_same_appointment_for_everybody_and_holds_no_token(house: House) -> None:
    await house.make_entry(starts_at=STARTS)
    _, token = await house.make_link()
    guest, admitted = await house.guest(token)
    host = await house.signed_in()

    files = [(await one.call("GET", PATH)).text for one in (guest, host)]
    uids = [str(Calendar.from_ical(file).events[0]["uid"]) for file in files]

    assert uids == ["e_room@127.0.0.1"] * 2
    for secret in (token, admitted["ticket"], "gil@guests.example"):
        assert all(secret not in file for file in files)


async def test_strangers_learn_nothing(house: House) -> None:
    await house.make_entry(starts_at=STARTS)
    stranger = await house.browser()
    await stranger.refused("not_signed_in", "GET", PATH)


async def test_without_a_time_there_is_no_file(house: House) -> None:
    await house.make_entry()
    host = await house.signed_in()
    await host.refused("not_found", "GET", PATH)
