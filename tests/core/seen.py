"""What an audience may see, walked by the marks; and what must not be in any of its bytes."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from protocol.codec import JSON, MSGPACK
from protocol.deltas import ViewDelta
from protocol.ids import ParticipantId
from protocol.messages import Delta, Position, Snapshot
from protocol.model import Wire
from protocol.privacy import marks
from protocol.roles import Group
from protocol.views import Range, View, Window
from server.core.audience import Audience
from server.core.project import project
from server.core.roster import Roster
from server.core.state import RoomState

AUDIENCES = tuple(Audience(value) for value in range(int(Audience.STAFF | Audience.INVITERS) + 1))
EVERYTHING = Window(groups={group: Range() for group in Group})
A_PEEK = Window(groups={group: Range(first=1, count=2) for group in Group})
POSITION = Position(epoch="e1", version=1)


def parts(value: object) -> Iterator[BaseModel]:
    """Every model in a message, the message itself included."""
    match value:
        case BaseModel():
            yield value
            for _, inner in value:
                yield from parts(inner)
        case dict():
            for inner in value.values():
                yield from parts(inner)
        case tuple() | list():
            for inner in value:
                yield from parts(inner)


def check_marks(message: Wire, audience: Audience) -> None:
    """No field that this audience may not see has a value, however deep it stands."""
    for part in parts(message):
        for name, mark in marks(type(part)).items():
            if not audience.sees(mark):
                assert getattr(part, name) is None, f"{type(part).__name__}.{name}"


def frames(message: Wire) -> Iterator[bytes]:
    """The payloads that go out for a message."""
    yield JSON.encode(message)
    yield MSGPACK.encode(message)


def check_bytes(message: Wire, secrets: Iterable[str]) -> None:
    """None of these texts is in any payload."""
    for frame in frames(message):
        for secret in secrets:
            assert secret.encode() not in frame, f"{secret} in {message!r}"


def snapshot(view: View) -> Snapshot:
    return Snapshot(position=POSITION, view=view)


def delta(change: ViewDelta) -> Delta:
    return Delta.model_construct(type="delta", base=1, position=POSITION, delta=change)


def look(
    state: RoomState,
    roster: Roster,
    audience: Audience,
    window: Window,
    now: int,
) -> View:
    """Make a view as a cohort does."""
    found = None
    if window.search:
        found = roster.search(window.search, with_email=Audience.STAFF in audience)
    return project(state, roster, audience, window, now, found)


def emails(state: RoomState) -> list[str]:
    """Every address that the room knows."""
    people = [one.person for one in state.participants.values()]
    people += [one.person for one in state.invitations.values()]
    people += [one.person for one in state.collaborators.values()]
    return sorted({person.email for person in people})


def shown(view: View) -> list[ParticipantId]:
    """Whose rows are in a view."""
    return [row.id for group in view.groups.values() for row in group.rows]
