"""No address of somebody else reaches who may not see it: in no frame, and in no answer.

Everybody whom a room knows has an address of their own, in every way in which a room knows people.
Somebody of each readership listens to all that there is to hear while everything happens, asks
every operation that reads, and looks for addresses in the bytes.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from protocol import commands as c
from protocol.ids import AccountId, CommandId, InvitationId, ParticipantId
from protocol.messages import Do, Hello, Reply, Snapshot, Watch
from protocol.roles import BlockBy, Group, InvitationType, Part, Right, Role, StageMode
from protocol.settings import EntrySettings
from protocol.version import WIRE_VERSION
from protocol.views import Range, Window
from server.edge.operations import OPERATIONS
from tests.edge.browsers import Browser
from tests.edge.house import House, until
from tests.edge.lines import Line, line

EVERYTHING = Window(groups={group: Range(count=50) for group in Group})
ADDRESS = re.compile(rb"[\w.+-]+@[\w.-]+\.example")
STAFF = ("host", "moderator")
"""Who may see everybody's address."""
HELPS = (
    Right.ADMIT, Right.LOCK, Right.MUTE_OTHERS, Right.MANAGE_STAGE, Right.LOWER_HANDS,
    Right.RENAME_OTHERS, Right.REMOVE, Right.BLOCK, Right.SET_ROLE, Right.EXPORT,
)  # fmt: skip
"""Much of what a moderator may, but neither to see staff surfaces nor to invite."""
SEARCHES = ("", "example", "@", "gus.g@guests.example", "hanna")


class Listener:
    """Somebody of one readership: what they heard, and their own address."""

    def __init__(self, name: str, own: str, ticket: str, browser: Browser, inside: Line) -> None:
        self.name = name
        self.own = own
        self.ticket = ticket
        self.browser = browser
        self.line = inside
        self.asked = 0
        # Whoever does not listen all the time is taken for lost.
        self.listening = asyncio.create_task(inside.end(), name=f"{name} listens")

    async def ask(self, command: Any) -> None:
        self.asked += 1
        one = CommandId(f"c-{self.asked}")
        await self.line.say(Do(id=one, command=command))
        heard = self.line.heard
        await until(lambda: any(isinstance(said, Reply) and said.id == one for said in heard))

    def others(self, data: bytes) -> set[bytes]:
        return set(ADDRESS.findall(data)) - {self.own.encode()}


def program(house: House, ticket: str) -> Browser:
    browser = Browser(house.url)
    browser.http.headers = httpx.Headers({"Authorization": f"Bearer {ticket}"})
    return browser


@asynccontextmanager
async def audience(house: House, session: str) -> AsyncIterator[dict[str, Listener]]:
    """Let somebody of each readership in, and have each look at everything."""
    async with AsyncExitStack() as stack:
        _, token = await house.make_link()
        found: dict[str, Listener] = {}
        ids: dict[str, ParticipantId] = {}

        async def listens(name: str, own: str, admitted: dict[str, Any]) -> None:
            ticket = admitted["ticket"]
            one = await stack.enter_async_context(line(house, session, ticket=ticket))
            await one.say(Hello(wire_version=WIRE_VERSION, window=EVERYTHING))
            browser = program(house, ticket)
            stack.push_async_callback(browser.http.aclose)
            found[name] = Listener(name, own, ticket, browser, one)
            ids[name] = ParticipantId(admitted["participant_id"])

        for name in ("guest", "exporter"):
            _, admitted = await house.guest(token, name)
            await listens(name, f"{name}@guests.example", admitted)
        for name in ("viewer", "speaker", "moderator", "helper"):
            own = f"{name}@invited.example"
            _, invited = await house.invite(own, "viewer" if name == "helper" else name)
            browser = await house.browser()
            body = {"token": invited, "email": own}
            await listens(name, own, await browser.done("POST", "/doors/invitation", body))
        host = await house.signed_in()
        entered = await host.done("POST", f"/entries/{house.room}/enter")
        await listens("host", "hanna@example.org", entered)
        await house.asked(c.SetRights(participant_id=ids["exporter"], granted=(Right.EXPORT,)))
        await house.asked(c.SetRights(participant_id=ids["helper"], granted=HELPS))
        await house.asked(c.SetLock(is_locked=True))
        _, waiting = await house.guest(token, "waiting")
        await listens("waiting", "waiting@guests.example", waiting)
        yield found


async def everything_happens(house: House, gus: ParticipantId) -> None:
    """Do to somebody, and to the room, what can be done."""
    made = await house.asked(
        c.Invite(
            invitees=(c.Invitee(email="ina@invited.example", first_name="Ina"),),
            invitation_type=InvitationType.SPEAKER,
            message="Write to hanna@example.org",
        )
    )
    invitation = InvitationId(made["invitation_ids"][0])
    wishes: list[Any] = [
        c.SetStageMode(mode=StageMode.EVERYONE),
        c.OfferStage(participant_id=gus),
        c.Rename(participant_id=gus, name="Gustav"),
        c.SetRole(participant_id=gus, role=Role.SPEAKER),
        c.SetRole(participant_id=gus, role=Role.VIEWER),
        c.MuteAll(),
        c.ClearHands(),
        c.SendBack(participant_id=gus),
        c.Admit(participant_ids=(gus,)),
        c.ChangeInvitation(invitation_id=invitation, invitation_type=InvitationType.MODERATOR),
        c.ExtendInvitation(invitation_id=invitation, minutes=90),
        c.RevokeInvitation(invitation_id=invitation),
        c.SetCollaborator(
            account_id=AccountId("cora"), name="Cora", email="cora@parts.example",
            part=Part.CO_EDITOR,
        ),
        c.EditEntry(name="Seminar two"),
        c.Remove(participant_id=gus),
        c.Readmit(participant_id=gus),
        c.Block(participant_id=gus, by=(BlockBy.EMAIL,)),
    ]  # fmt: skip
    for wish in wishes:
        await house.asked(wish)


async def read_all(house: House, browser: Browser, session: str) -> list[tuple[str, bytes]]:
    """Ask every operation that reads, in each of its forms."""
    paths = []
    for one in OPERATIONS:
        if one.method != "GET" or one.events:
            continue
        path = one.path.replace("{entry_id}", house.room).replace("{session_id}", session)
        path = re.sub(r"{\w+}", "x", path)
        queries = [f"?entry_id={house.room}&q=example"] if path == "/users" else [""]
        queries += ["?format=csv", "?format=json"] if "format" in one.query else []
        queries += ["?q=example"] if "q" in one.query else []
        paths += [path + query for query in queries]
    got = await asyncio.gather(*(browser.call("GET", one) for one in paths))
    return [(f"{one}: {it.status_code}", it.content) for one, it in zip(paths, got, strict=True)]


async def test_no_address_of_another_is_in_any_frame_or_answer(house: House) -> None:
    session = await house.make_open(settings=EntrySettings(moderators_may_invite=True))
    await house.directory.remember(AccountId("ada"), house.person("Ada", "ada@known.example"))
    async with audience(house, session) as found:
        _, token = await house.make_link("Second")
        await house.asked(c.SetLock(is_locked=False))
        _, admitted = await house.guest(token, "gus.g")
        gus = ParticipantId(admitted["participant_id"])
        async with line(house, session, ticket=admitted["ticket"]) as one:
            await one.hello(EVERYTHING)
            await one.hear(Snapshot)
            gone = Listener("removed", "gus.g@guests.example", "", await house.browser(), one)
            await gone.ask(c.RaiseHand())
            await everything_happens(house, gus)
            await gone.listening
        for listener in found.values():
            for search in SEARCHES:
                window = EVERYTHING.model_copy(update={"search": search})
                await listener.line.say(Watch(window=window))
            for command in (c.RaiseHand(), c.SetLock(is_locked=False), c.AdmitAll()):
                await listener.ask(command)
        answers = {
            name: await read_all(house, listener.browser, session)
            for name, listener in found.items()
        }
        answers["stranger"] = await read_all(house, await house.browser(), session)
        eve = await house.account("Eve", Part.CO_VIEWER)
        answers["viewer's part"] = await read_all(house, eve, session)
        await house.asked(c.EndSession())
        await asyncio.gather(*(listener.listening for listener in found.values()))

    listened([*found.values(), gone])
    own = {name: listener.own for name, listener in found.items()}
    own["viewer's part"] = "eve@example.org"
    for name, read in answers.items():
        for where, body in read:
            seen = set(ADDRESS.findall(body)) - {own.get(name, "").encode()}
            assert name in STAFF or not seen, f"{name}, {where}: {seen}"
    told = b"".join(body for _, body in answers["moderator"])
    assert {b"gus.g@guests.example", b"cora@parts.example"} & set(ADDRESS.findall(told))


def listened(listeners: list[Listener]) -> None:
    """See that no frame has an address of another in it; but those for staff, which have all."""
    for listener in listeners:
        seen = set().union(*(listener.others(frame) for frame in listener.line.frames))
        if listener.name in STAFF:
            # It is looked for in the right place: they see all of them.
            wanted = {b"gus.g@guests.example", b"ina@invited.example", b"viewer@invited.example"}
            assert wanted <= seen, listener.name
        else:
            assert not seen, f"{listener.name} was sent {seen}"
