"""The calendar file of a session that is scheduled, for those who may come to it."""

from datetime import UTC, datetime

from icalendar import Calendar, Event
from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from server.edge.bodies import room_in
from server.edge.callers import caller_of, need_scope, standing
from server.edge.edge import Edge
from server.edge.media import may_come_to
from server.edge.ports import Scope
from server.edge.replies import Denied

CALENDAR_TYPE = "text/calendar; charset=utf-8"
ASSUMED_LENGTH_MS = 3_600_000
"""What a calendar blocks for something whose end is not known."""


async def calendar(edge: Edge, request: Request) -> Response:
    """Give the appointment of an entry as a file, without any token: the page's address alone.

    Source: RFC 5545 (iCalendar), RFC 5546 section 3.2.1 (PUBLISH).

    Raises:
        Denied: `not_found` for who has nothing to do with the entry, or when it has no time.
    """
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    room = room_in(request)
    found = await standing(edge, caller, room)
    entry = found.state.entry
    if entry is None or entry.starts_at is None or not may_come_to(caller, found.state):
        raise Denied(ErrorCode.NOT_FOUND)
    ends_at = entry.ends_at
    if ends_at is None or ends_at <= entry.starts_at:
        ends_at = entry.starts_at + ASSUMED_LENGTH_MS
    url = f"{edge.settings.public_url}/e/{entry.id}"
    event = Event()
    event.add("uid", f"{entry.id}@{edge.settings.public_name}")
    event.add("dtstamp", _utc(edge.now))
    event.add("dtstart", _utc(entry.starts_at))
    event.add("dtend", _utc(ends_at))
    event.add("summary", entry.name)
    if entry.description:
        event.add("description", entry.description)
    event.add("location", url)
    event.add("url", url)
    file = Calendar()
    file.add("version", "2.0")
    file.add("prodid", "-//usher//session//EN")
    file.add("method", "PUBLISH")
    file.add_component(event)
    headers = {"Content-Disposition": f'attachment; filename="{entry.id}.ics"'}
    return Response(file.to_ical(), media_type=CALENDAR_TYPE, headers=headers)


def _utc(at: int) -> datetime:
    """Turn ms UTC into what icalendar wants, to the second."""
    return datetime.fromtimestamp(at // 1000, UTC)
