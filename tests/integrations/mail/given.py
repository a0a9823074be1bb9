"""Letters and surroundings for the tests of mail."""

import asyncio
import itertools
from dataclasses import dataclass, field
from email.message import EmailMessage

from icalendar import Calendar, Event

from protocol.ids import InvitationId, PersonId, RoomId
from protocol.roles import EntryKind, InvitationType
from server.core.person import Person
from server.integrations.mail.addresses import Sender
from server.integrations.mail.letters import CodeLetter, InvitationLetter, LetterIds
from server.integrations.mail.outcome import Outcome
from server.integrations.mail.postman import LetterKind, LetterRef, Surroundings

NOW = 1_772_000_000_000
"""25 February 2026, 06:13:20 UTC."""
STARTS_AT = 1_772_459_100_000
"""Monday, 2 March 2026, 13:45 UTC."""
ENDS_AT = STARTS_AT + 5_400_000
HOUR_MS = 3_600_000

SENDER = Sender("usher@mail.example", "Usher")
IDS = LetterIds(message_id="m1", calendar_uid="e_1.i_1")
LINK = "https://usher.example/i#e_1.i_1.1.SECRET-TOKEN"
BOB = Person(PersonId("p_bob"), "Bob Builder", "bob@example.com")


def invitation_letter(**changes: object) -> InvitationLetter:
    given: dict[str, object] = {
        "to": BOB,
        "entry_name": "Weekly call",
        "kind": EntryKind.ROOM,
        "invitation_type": InvitationType.SPEAKER,
        "invited_by": "Ada Lovelace",
        "link_url": LINK,
    }
    return InvitationLetter(**(given | changes))  # type: ignore[arg-type]


def code_letter(**changes: object) -> CodeLetter:
    given: dict[str, object] = {
        "to": BOB,
        "entry_name": "Weekly call",
        "code": "123456",
        "valid_minutes": 10,
    }
    return CodeLetter(**(given | changes))  # type: ignore[arg-type]


def person(number: int) -> Person:
    return Person(PersonId(f"p_{number}"), f"Person {number}", f"person{number}@example.com")


def ref(
    invitation: str = "i_1", room: str = "e_1", kind: LetterKind = LetterKind.INVITATION
) -> LetterRef:
    return LetterRef(RoomId(room), InvitationId(invitation), kind)


def event_in(file: str) -> Event:
    """Read a calendar file as a calendar does; there is one event in it."""
    [event] = Calendar.from_ical(file).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def text_of(message: EmailMessage) -> str:
    return _body(message, "plain")


def html_of(message: EmailMessage) -> str:
    return _body(message, "html")


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


@dataclass(slots=True)
class World:
    """Time that passes only when somebody sleeps, or not at all while it is held."""

    steady_ms: int = 0
    slept_s: list[float] = field(default_factory=list)
    chance: float = 1.0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asleep: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def hold(self) -> None:
        self.gate.clear()

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.asleep.set()
        await self.gate.wait()
        self.steady_ms += round(seconds * 1000)

    @property
    def surroundings(self) -> Surroundings:
        numbers = itertools.count(1)
        return Surroundings(
            now=lambda: NOW,
            steady=lambda: self.steady_ms,
            sleep=self.sleep,
            random=lambda: self.chance,
            new_id=lambda: f"id{next(numbers)}",
        )


class Ledger:
    """Remembers what it is told about letters."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[LetterRef, Outcome]] = []
        self._changed = asyncio.Condition()

    async def record(self, letter: LetterRef, outcome: Outcome) -> None:
        async with self._changed:
            self.outcomes.append((letter, outcome))
            self._changed.notify_all()

    async def wait_for(self, count: int, limit_s: float = 10) -> list[tuple[LetterRef, Outcome]]:
        async with asyncio.timeout(limit_s), self._changed:
            await self._changed.wait_for(lambda: len(self.outcomes) >= count)
        return self.outcomes
