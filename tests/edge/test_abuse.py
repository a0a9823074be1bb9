"""What somebody may try over a real socket who is not, or no longer, entitled to it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from protocol import commands as c
from protocol.ids import LinkId, ParticipantId
from protocol.messages import Delta, Position, Snapshot, Watch
from protocol.roles import Group, Role
from protocol.settings import EntrySettings
from protocol.views import Range, Window
from tests.edge.house import House, until
from tests.edge.lines import Line, line

EVERYTHING = Window(groups={group: Range(count=50) for group in Group})


async def test_who_waits_hears_nothing_of_the_room_whatever_they_ask(house: House) -> None:
    """Windows, searches and commands from the waiting room, over a socket."""
    session = await house.make_open()
    _, token = await house.make_link()
    _, inside = await house.guest(token, "Zenobia")
    async with line(house, session, ticket=inside["ticket"]) as one:
        await one.hello(Window())
        await one.hear(Snapshot)
        await house.asked(c.SetLock(is_locked=True))
        _, waiting = await house.guest(token, "Wim")
        before = await house.version()

        async with line(house, session, ticket=waiting["ticket"]) as two:
            await two.hello(EVERYTHING)
            for search in ("", "Zen", "zenobia@guests.example"):
                await two.say(Watch(window=EVERYTHING.model_copy(update={"search": search})))
            opened = await house.version()
            replies = [
                await two.do(command)
                for command in (c.RaiseHand(), c.SetLock(is_locked=False), c.AdmitAll())
            ]
            heard = list(two.heard)

    assert [reply.problem.code.value for reply in replies if reply.problem] == ["waiting"] * 3
    assert not [said for said in heard if isinstance(said, Snapshot | Delta)]
    assert not [frame for frame in two.frames if b"Zenobia" in frame or b"counts" in frame]
    assert opened - before <= 1  # That the socket opened, and nothing that was asked.


@pytest.mark.parametrize("which", ["an old epoch", "the future", "beyond all numbers"])
async def test_a_resume_from_nowhere_gets_a_whole_view(house: House, which: str) -> None:
    session = await house.make_open()
    ticket = (await house.admitted_guest())["ticket"]
    async with line(house, session, ticket=ticket) as one:
        await one.hello(Window())
        newest = (await one.hear(Snapshot)).position
    nowhere = {
        "an old epoch": Position(epoch="another-epoch", version=newest.version),
        "the future": Position(epoch=newest.epoch, version=newest.version + 1_000),
        "beyond all numbers": Position(epoch=newest.epoch, version=2**53),
    }[which]

    async with line(house, session, ticket=ticket) as again:
        welcome = await again.hello(Window(), resume=nowhere)
        first = await again.hear(Snapshot)

    assert not welcome.is_resumed
    assert first.position.epoch == newest.epoch
    assert [row.name for row in first.view.groups[Group.VIEWERS].rows] == ["Gil"]


async def test_a_resume_goes_by_the_ticket_and_not_by_what_somebody_else_has_seen(
    house: House,
) -> None:
    """A position is a place in the log and no right: with that of the host a guest sees no more."""
    session = await house.make_open()
    await house.invite("secret@example.org")
    host = await house.signed_in()
    entered = await host.done("POST", f"/entries/{house.room}/enter")
    ticket = (await house.admitted_guest())["ticket"]
    async with line(house, session, ticket=entered["ticket"]) as staff:
        await staff.hello(EVERYTHING)
        seen = (await staff.hear(Snapshot)).position

        async with line(house, session, ticket=ticket) as guest:
            await guest.hello(EVERYTHING, resume=seen)
            await guest.until(lambda one: one.view is not None)
            await guest.do(c.RaiseHand())

    assert not [frame for frame in guest.frames if b"example.org" in frame]


async def test_who_was_demoted_while_offline_resumes_with_less(house: House) -> None:
    session = await house.make_open()
    await house.invite("secret@example.org")
    admitted = await house.admitted_guest("Mona")
    one = ParticipantId(admitted["participant_id"])
    async with line(house, session, ticket=admitted["ticket"]) as mona:
        await mona.hello(EVERYTHING)
        await house.asked(c.SetRole(participant_id=one, role=Role.MODERATOR))
        await mona.until(lambda one: any(b"example.org" in frame for frame in one.frames))
        seen = next(
            one.position for one in reversed(mona.heard) if isinstance(one, Snapshot | Delta)
        )
    await house.asked(c.SetRole(participant_id=one, role=Role.VIEWER, even_if_last=True))
    async with line(house, session, ticket=admitted["ticket"]) as again:
        await again.hello(EVERYTHING, resume=seen)
        await again.until(lambda one: one.view is not None)
        refused = await again.do(c.SetLock(is_locked=True))
        await again.do(c.RaiseHand())

    assert refused.problem is not None
    assert refused.problem.code == "not_allowed"
    assert not [frame for frame in again.frames if b"example.org" in frame]


async def test_all_come_back_at_once_into_a_room_that_is_exactly_full(house: House) -> None:
    """None of them is refused, nobody else gets in, and a place that is left is had once."""
    people = 20
    settings = EntrySettings(capacity=people, reserved_seats=0)
    session = await house.make_open(settings=settings)
    _, token = await house.make_link()
    tickets = [(await house.guest(token, f"g{number}"))[1]["ticket"] for number in range(people)]
    late = await house.browser()
    form = {"token": token, "name": "Late", "email": "late@guests.example"}

    async def back(stack: AsyncExitStack, ticket: str) -> Line:
        one = await stack.enter_async_context(line(house, session, ticket=ticket))
        await one.hello(Window())
        await one.hear(Snapshot)
        return one

    for _ in range(2):
        async with AsyncExitStack() as stack:
            inside = await asyncio.gather(*(back(stack, ticket) for ticket in tickets))
            await late.refused("room_full", "POST", "/doors/guest", form)
            assert (await house.state()).places == people
        await until(lambda: not house.watchers)
        # All are reconnecting, and their places are kept.
        await late.refused("room_full", "POST", "/doors/guest", form)
    async with AsyncExitStack() as stack:
        inside = await asyncio.gather(*(back(stack, ticket) for ticket in tickets))
        assert (await inside[0].do(c.Leave())).is_done
        comers = [await house.browser() for _ in range(5)]
        answers = await asyncio.gather(
            *(
                one.call("POST", "/doors/guest", form | {"email": f"late{number}@guests.example"})
                for number, one in enumerate(comers)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 503, 503, 503, 503]


async def test_the_whole_room_is_back_without_a_read_or_a_mail_for_each(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Capacity stays exact, and what it costs the store does not grow with those who return."""
    session = await house.make_open()
    link_id, token = await house.make_link()
    tickets = [(await house.guest(token, f"g{number}"))[1]["ticket"] for number in range(20)]
    store, reads = type(house.hub.stores.store), []

    def counted(name: str) -> None:
        real = getattr(store, name)

        async def asked(self: object, *args: object, **more: object) -> object:
            reads.append(name)
            return await real(self, *args, **more)

        monkeypatch.setattr(store, name, asked)

    for name in ("read", "get", "get_many", "scan", "load_checkpoint"):
        counted(name)

    for ticket in tickets:
        async with line(house, session, ticket=ticket) as one:
            await one.hello(Window())
            await one.hear(Snapshot)
    await until(lambda: not house.watchers)

    state = await house.state()
    assert not house.codes.sent
    assert state.links[LinkId(link_id)].uses == len(tickets) == len(state.participants)
    # Housekeeping reads now and then by itself; one read for each would be twenty.
    assert len(reads) < len(tickets) / 2, reads
