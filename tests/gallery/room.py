"""The room: stage, controls, offers, and every way out."""

from protocol import commands as c
from protocol.client import Client
from protocol.roles import Role
from tests.gallery.house import Hall
from tests.gallery.screens import Visit, screen

ROW = "[data-participant]"


async def opened(visit: Visit, **settings: object) -> Hall:
    return await (await visit.house.entry(settings=settings)).start()


async def hosted(visit: Visit, *names: str) -> tuple[Hall, list[Client]]:
    """The host in the room, with guests."""
    hall = await opened(visit)
    clients = await visit.bring(hall, await hall.guest_link(), *names) if names else []
    await visit.enter(hall)
    await visit.shows(ROW)
    return hall, clients


async def joined(visit: Visit, **settings: object) -> tuple[Hall, Client]:
    """A guest in the room, with the host and three others."""
    hall = await opened(visit, **settings)
    url = await hall.guest_link()
    host = await visit.host_of(hall)
    others = await visit.bring(hall, url, "Ada Okafor", "Ben Sato", "Chiara Rossi")
    await hall.bring_up(host, others[0])
    await host.ask(c.JoinStage())
    await visit.join(url)
    await visit.shows("own-controls")
    return hall, host


@screen("room", "alone, before the start")
async def alone(visit: Visit) -> None:
    await visit.enter(await visit.house.entry())
    await visit.shows(ROW)


@screen("room", "host of three")
async def three(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor", "Ben Sato")


@screen("room", "viewer")
async def viewer(visit: Visit) -> None:
    await joined(visit)


@screen("room", "viewer, names are not shown")
async def names_hidden(visit: Visit) -> None:
    await joined(visit, viewer_list="never")


@screen("room", "viewer with a raised hand")
async def hand(visit: Visit) -> None:
    await joined(visit)
    await visit.press("Raise hand")
    await visit.named("button", "Lower hand").first.wait_for()


@screen("room", "viewer is invited to the stage")
async def offered(visit: Visit) -> None:
    _, host = await joined(visit)
    await host.ask(c.OfferStage(participant_id=visit.participant_id))
    await visit.dialog()


@screen("room", "speaker on stage")
async def on_stage(visit: Visit) -> None:
    await offered(visit)
    await visit.press("Join stage")
    await visit.named("button", "Leave stage").first.wait_for()


@screen("room", "moderator made of a guest")
async def promoted(visit: Visit) -> None:
    _, host = await joined(visit)
    await host.ask(c.SetRole(participant_id=visit.participant_id, role=Role.MODERATOR))
    await visit.shows("toast-list .note")


@screen("room", "full stage")
async def full_stage(visit: Visit) -> None:
    hall = await opened(visit, stage_mode="everyone")
    url = await hall.guest_link()
    clients = await hall.fill(visit.stack, url, 24)
    for number, client in enumerate(clients.values()):
        await client.ask(c.JoinStage())
        if number % 3 == 0:
            await client.ask(c.SetMicrophone(is_on=True))
        if number % 4 == 0:
            await client.ask(c.SetCamera(is_on=True))
    host = await visit.host_of(hall)
    await host.ask(c.JoinStage())
    await visit.enter(hall)
    await visit.shows(ROW)


@screen("room", "the stage, while people call for the host")
async def stage_side(visit: Visit) -> None:
    hall = await opened(visit, stage_mode="everyone")
    url = await hall.guest_link()
    waiting = await hall.guest_link("Later", needs_approval=True)
    on_stage, hand = await visit.bring(hall, url, "Ada Okafor", "Ben Sato")
    await on_stage.ask(c.JoinStage())
    await hand.ask(c.RaiseHand())
    await visit.bring(hall, waiting, "Chiara Rossi")
    await visit.enter(hall)
    await visit.shows(ROW)
    if visit.look.size == "phone":
        await visit.press("Stage", "tab")
        await visit.shows("[data-tile]")


@screen("room", "nobody is left who may manage it")
async def no_host(visit: Visit) -> None:
    hall = await opened(visit)
    url = await hall.guest_link()
    async with hall.connected(await hall.enter()) as host:
        await visit.bring(hall, url, "Ada Okafor", "Ben Sato")
        await visit.join(url)
        await visit.shows("own-controls")
        await host.ask(c.Leave())
    await visit.shows("room-header .absent")


@screen("room", "connection lost")
async def lost(visit: Visit) -> None:
    await visit.page.add_init_script(CUT)
    await joined(visit)
    await visit.context.set_offline(True)
    await visit.page.evaluate("window.cutSockets()")
    await visit.shows(".lost")


@screen("gates", "connection lost in the waiting room")
async def lost_at_gate(visit: Visit) -> None:
    await visit.page.add_init_script(CUT)
    hall = await opened(visit, approve_guests=True)
    await visit.join(await hall.guest_link())
    await visit.shows("[data-gate]")
    await visit.context.set_offline(True)
    await visit.page.evaluate("window.cutSockets()")
    await visit.shows(".lost")


CUT = """
const Real = window.WebSocket, sockets = [];
window.WebSocket = class extends Real {
  constructor(...all) { super(...all); sockets.push(this); }
};
window.cutSockets = () => sockets.forEach((one) => one.close());
"""
"""Emulated offline leaves sockets that are open alone, so they are closed."""


# --- ways out --------------------------------------------------------------------------------


async def out(visit: Visit) -> None:
    await visit.shows("room-end h1")


@screen("room", "left")
async def left(visit: Visit) -> None:
    await joined(visit)
    await visit.press("Leave")
    await out(visit)


@screen("room", "left, on the way back without a line")
async def left_offline(visit: Visit) -> None:
    await left(visit)
    await visit.context.set_offline(True)
    await visit.press("Come back in")
    await visit.shows("room-end .offline")


@screen("room", "removed")
async def removed(visit: Visit) -> None:
    _, host = await joined(visit)
    await host.ask(c.Remove(participant_id=visit.participant_id))
    await out(visit)


@screen("room", "blocked")
async def blocked(visit: Visit) -> None:
    _, host = await joined(visit)
    await host.ask(c.Block(participant_id=visit.participant_id))
    await out(visit)


@screen("room", "ended, told to a guest")
async def ended(visit: Visit) -> None:
    _, host = await joined(visit)
    await host.ask(c.EndSession())
    await out(visit)


@screen("room", "ended, told to the host")
async def ended_for_host(visit: Visit) -> None:
    hall, _ = await hosted(visit)
    await hall.do("POST", "/session/end")
    await out(visit)


@screen("room", "without a ticket")
async def no_ticket(visit: Visit) -> None:
    hall = await opened(visit)
    await visit.open(f"/s/{hall.session_id}")
    await out(visit)
