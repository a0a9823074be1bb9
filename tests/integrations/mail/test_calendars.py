"""The calendar file, read back by the library that calendars are read with."""

from dataclasses import replace

from icalendar import Calendar

from server.integrations.mail.addresses import mailbox
from server.integrations.mail.calendars import ASSUMED_LENGTH_MS, Appointment, calendar_file
from server.integrations.mail.moments import utc
from tests.calendars import read_elsewhere
from tests.integrations.mail.given import ENDS_AT, LINK, NOW, STARTS_AT, event_in

APPOINTMENT = Appointment(
    uid="e_1.i_1@mail.example",
    summary="Weekly call",
    description=f"Your link:\n{LINK}",
    link_url=LINK,
    starts_at=STARTS_AT,
    ends_at=ENDS_AT,
    organiser=mailbox("usher@mail.example", "Ada Lovelace"),
    attendee=mailbox("bob@example.com", "Bob Builder"),
    written_at=NOW,
)


def test_it_says_when_what_and_where() -> None:
    event = event_in(calendar_file(APPOINTMENT))
    assert event.uid == "e_1.i_1@mail.example"
    assert (event.start, event.end) == (utc(STARTS_AT), utc(ENDS_AT))
    assert event.summary == "Weekly call"
    assert event.description == f"Your link:\n{LINK}"
    assert event.url == event.location == LINK
    assert event.organizer == "mailto:usher@mail.example"
    assert event.organizer.params["CN"] == "Ada Lovelace"
    assert event.attendees[0] == "mailto:bob@example.com"
    assert event.attendees[0].params["RSVP"] == "FALSE"


def test_another_parser_than_the_one_that_wrote_it_reads_the_same() -> None:
    nasty = 'Größe "x"; RSVP=TRUE:y, \\n\nATTACH:http://evil.example ' + "ü" * 200
    given = replace(APPOINTMENT, summary=nasty)
    calendar, event = read_elsewhere(calendar_file(given))
    assert calendar["method"] == ({}, "text", "REQUEST")
    assert event["dtstart"] == ({}, "date-time", "2026-03-02T13:45:00Z")
    assert event["dtend"] == ({}, "date-time", "2026-03-02T15:15:00Z")
    assert event["summary"] == ({}, "text", nasty)
    assert event["url"] == ({}, "uri", LINK)
    assert event["organizer"] == (
        {"cn": "Ada Lovelace"}, "cal-address", "mailto:usher@mail.example",
    )  # fmt: skip
    assert event["attendee"][0]["rsvp"] == "FALSE"
    assert event["sequence"][1] == "integer"
    assert "attach" not in event


def test_it_is_a_request_of_version_two_with_crlf_and_short_lines() -> None:
    file = calendar_file(replace(APPOINTMENT, summary="Größe " * 40))
    calendar = Calendar.from_ical(file)
    assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
    assert file.count("\n") == file.count("\r\n")
    assert max(len(line.encode()) for line in file.split("\r\n")) <= 75


def test_an_unknown_end_blocks_an_hour() -> None:
    for ends_at in (None, STARTS_AT - 1):
        event = event_in(calendar_file(replace(APPOINTMENT, ends_at=ends_at)))
        assert event.end == utc(STARTS_AT + ASSUMED_LENGTH_MS)


def test_a_later_mail_about_the_same_invitation_counts_more() -> None:
    earlier = event_in(calendar_file(APPOINTMENT))
    later = event_in(calendar_file(replace(APPOINTMENT, written_at=NOW + 1000)))
    assert earlier.uid == later.uid
    assert 0 <= earlier.sequence < later.sequence < 2**31


def test_no_text_ends_its_line_and_begins_a_property() -> None:
    nasty = 'x"; RSVP=TRUE:y\\n\nATTACH:http://evil.example\r\nEND:VEVENT'
    file = calendar_file(
        replace(
            APPOINTMENT,
            summary=nasty,
            description=nasty,
            organiser=mailbox("usher@mail.example", nasty),
        )
    )
    event = event_in(file)
    assert "attach" not in event
    assert str(event.description).replace("\r", "") == nasty.replace("\r", "")
    assert set(event.organizer.params) == {"CN"}
