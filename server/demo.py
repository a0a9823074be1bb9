"""The demo space of the embedded default: a host, and one entry of each kind of content."""

from dataclasses import dataclass

from protocol import commands as c
from protocol.content import Caption
from protocol.errors import ErrorCode
from protocol.ids import AccountId, RoomId
from protocol.roles import EntryKind
from server.core.actors import AccountActor
from server.core.decide import Rejected
from server.core.person import Person, person_id
from server.demo_quiz import QUIZ
from server.edge.ports import Directory
from server.hub.hub import Hub
from server.hub.room import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoHost:
    """Who hosts the embedded default."""

    account_id: AccountId
    name: str
    email: str


DEMO_HOST = DemoHost(account_id=AccountId("host"), name="Hanna Host", email="host@usher.example")

ENTRIES: tuple[tuple[str, c.CreateEntry], ...] = (
    (
        "e_demo-room",
        c.CreateEntry(
            kind=EntryKind.ROOM,
            name="Weekly seminar",
            description="A room of its own. Invite people, let guests in, bring them to the stage.",
        ),
    ),
    (
        "e_demo-event",
        c.CreateEntry(
            kind=EntryKind.LIVE_EVENT,
            name="Opening lecture",
            description="A live event for many: viewers watch, speakers come to the stage.",
        ),
    ),
    (
        "e_demo-channel-room",
        c.CreateEntry(
            kind=EntryKind.CHANNEL_ROOM,
            name="Channel stand-up",
            description="A room in a channel. Its doors are in the Participants tab.",
        ),
    ),
    (
        "e_demo-gallery-room",
        c.CreateEntry(
            kind=EntryKind.GALLERY_ROOM,
            name="Course office hour",
            description="A room in a media gallery. Its doors are in the Participants tab.",
        ),
    ),
    (
        "e_demo-video",
        c.CreateEntry(
            kind=EntryKind.VIDEO,
            name="How guests get in",
            description="A video that is shown to those who were let in.",
            content_url="/assets/demo/video.webm",
            captions=(
                Caption(language="en", label="English", url="/assets/demo/video.en.vtt"),
                Caption(language="de", label="Deutsch", url="/assets/demo/video.de.vtt"),
            ),
        ),
    ),
    (
        "e_demo-document",
        c.CreateEntry(
            kind=EntryKind.DOCUMENT,
            name="Handout",
            description="A document for those who were let in.",
            content_url="/assets/demo/handout.pdf",
        ),
    ),
    (
        "e_demo-quiz",
        c.CreateEntry(
            kind=EntryKind.QUIZ,
            name="Check yourself",
            description="A quiz for those who were let in. Its owner sees who came by which link.",
        ),
    ),
)


async def make_demo(hub: Hub, directory: Directory) -> None:
    """Make the demo space if it is not there yet; what is there stays as it is."""
    person = Person(
        person_id(DEMO_HOST.email, hub.world.person_key), DEMO_HOST.name, DEMO_HOST.email
    )
    host = AccountActor(account_id=DEMO_HOST.account_id, person=person)
    await directory.remember(DEMO_HOST.account_id, person)
    for room_id, command in ENTRIES:
        outcome = await hub.ask(RoomId(room_id), command, host)
        _accept(outcome)
    # Refused as a conflict where somebody has written another.
    _accept(await hub.ask(RoomId("e_demo-quiz"), c.SetQuiz(quiz=QUIZ), host))


def _accept(outcome: Outcome) -> None:
    if isinstance(outcome, Rejected) and outcome.code is not ErrorCode.CONFLICT:
        raise RuntimeError(outcome.code)
