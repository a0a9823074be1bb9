"""The calendar file that comes with an invitation to something scheduled."""

from dataclasses import dataclass
from email.headerregistry import Address

from icalendar import Calendar, Event, vCalAddress

from server.integrations.mail.moments import utc

ASSUMED_LENGTH_MS = 3_600_000
"""What a calendar blocks for something whose end is not known."""

_SEQUENCE_ORIGIN_MS = 1_700_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """What a calendar is to show.

    Args:
        uid: stable per invitation, so that a second mail moves the first entry.
        organiser: the address of this server; its display name is the inviter's.
        written_at: raises the sequence, so that the newest mail counts.
    """

    uid: str
    summary: str
    description: str
    link_url: str
    starts_at: int
    ends_at: int | None
    organiser: Address
    attendee: Address
    written_at: int


def calendar_file(appointment: Appointment) -> str:
    """Write the calendar file, lines ended with CRLF.

    The method is REQUEST: with it the calendars of common mail programs show and update the
    appointment by its UID. Nobody reads replies, so none is asked for (RSVP=FALSE).

    Source: RFC 5545 (iCalendar), RFC 5546 section 3.2.2 (REQUEST).
    """
    ends_at = appointment.ends_at
    if ends_at is None or ends_at <= appointment.starts_at:
        ends_at = appointment.starts_at + ASSUMED_LENGTH_MS
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", max(0, (appointment.written_at - _SEQUENCE_ORIGIN_MS) // 1000))
    event.add("dtstamp", utc(appointment.written_at))
    event.add("dtstart", utc(appointment.starts_at))
    event.add("dtend", utc(ends_at))
    event.add("summary", appointment.summary)
    event.add("description", appointment.description)
    event.add("location", appointment.link_url)
    event.add("url", appointment.link_url)
    event.add("status", "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("organizer", _calendar_address(appointment.organiser))
    attendee = _calendar_address(appointment.attendee)
    attendee.params.update({"PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
    event.add("attendee", attendee)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//usher//invitation//EN")
    calendar.add("method", "REQUEST")
    calendar.add_component(event)
    file: bytes = calendar.to_ical()
    return file.decode()


def _calendar_address(address: Address) -> vCalAddress:
    found = vCalAddress(f"mailto:{address.addr_spec}")
    if address.display_name:
        found.params["CN"] = address.display_name
    return found
