"""A line holds whatever a client does with it."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from protocol import commands as c
from protocol.codec import JSON, MSGPACK, Codec
from protocol.ids import CommandId
from protocol.messages import Do, Hello, Ping, Pong, Reply, Snapshot, Watch, Welcome
from protocol.version import WIRE_VERSION
from protocol.views import Window
from server.edge.frames import FLOOD, MAX_STRAYS
from server.edge.line import Line as Ours
from server.edge.settings import Rate, Rates
from server.hub.room import Room
from server.hub.settings import HubSettings
from tests.edge.house import House, opened_house, until
from tests.edge.lines import line
from tests.edge.wires import RawWire, frame, raw_wire

TEXT, CONT, CLOSE, PING, PONG = 1, 0, 8, 9, 10
HELLO = MSGPACK.encode(Hello(wire_version=WIRE_VERSION, window=Window()))
BINARY = 2
MEGABYTE = 1 << 20


async def admitted(house: House, name: str = "Gil") -> tuple[str, str]:
    """Let a guest in: the session, and a ticket."""
    session = await house.make_open()
    _, token = await house.make_link()
    _, guest = await house.guest(token, name)
    return session, guest["ticket"]


def ours(house: House) -> list[Ours]:
    return [one for one in house.server.server_state.connections if isinstance(one, Ours)]


async def shows(wire: RawWire, kind: type) -> None:
    """Hear on until a message of a kind has come."""
    async with asyncio.timeout(10):
        while True:
            opcode, payload = await wire.frame()
            if opcode == BINARY and isinstance(MSGPACK.decode_server(payload), kind):
                return


async def test_an_open_socket_has_no_task(house: House) -> None:
    session, ticket = await admitted(house)
    async with line(house, session, ticket=ticket) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        await until(lambda: not house.server.server_state.tasks)
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert not any("WebSocket" in name or "socket" in name for name in names)
        assert (await guest.do(c.RaiseHand())).is_done


async def test_a_hello_in_pieces_is_understood(house: House) -> None:
    session, ticket = await admitted(house)
    async with raw_wire(house, session, ticket) as wire:
        data = frame(BINARY, HELLO)
        for at in range(len(data)):
            await wire.say(data[at : at + 1])
            await asyncio.sleep(0)
        await shows(wire, Welcome)
        half = len(HELLO) // 2
        raised = MSGPACK.encode(Do(id=CommandId("one"), command=c.RaiseHand()))
        await wire.say(frame(BINARY, raised[:half], fin=0))
        await wire.say(frame(PING, b"there?"))
        await wire.say(frame(CONT, raised[half:]))
        await shows(wire, Reply)


async def test_what_is_said_before_the_handshake_is_answered_counts(house: House) -> None:
    session, ticket = await admitted(house)
    async with raw_wire(house, session, ticket, early=frame(BINARY, HELLO)) as wire:
        await shows(wire, Welcome)
        await shows(wire, Snapshot)


async def test_a_ping_of_websockets_is_answered(house: House) -> None:
    session, ticket = await admitted(house)
    async with line(house, session, ticket=ticket) as guest:
        await guest.hello()
        pong = await guest.socket.ping(b"there?")
        hearing = asyncio.create_task(guest.end())
        await asyncio.wait_for(pong, 10)
        hearing.cancel()


async def test_a_close_is_answered_and_the_person_has_gone(house: House) -> None:
    session, ticket = await admitted(house)
    async with raw_wire(house, session, ticket) as wire:
        await wire.say(frame(BINARY, HELLO))
        await shows(wire, Snapshot)
        room = await house.hub.room(house.room)
        assert room is not None
        await wire.say(frame(CLOSE, b"\x03\xe8"))
        assert await wire.close_code() == 1000
        await until(lambda: not list(room.watchers))
    await until(lambda: not ours(house))


async def test_text_that_is_no_utf8_is_no_text(house: House) -> None:
    session, ticket = await admitted(house)
    async with raw_wire(house, session, ticket, "usher.v1.json") as wire:
        await wire.say(frame(TEXT, b"\xff\xfe"))
        assert await wire.close_code() == 1007


async def test_a_message_that_is_too_long_ends_the_connection(house: House) -> None:
    session, ticket = await admitted(house)
    async with raw_wire(house, session, ticket) as wire:
        await wire.say(frame(BINARY, bytes(64 * 1024 + 1)))
        assert await wire.close_code() == 1009


async def test_commands_are_answered_in_order_however_many_come_at_once(tmp_path: Path) -> None:
    settings = HubSettings(tick_ms=5, ping_ms=2_000, idle_s=3600, in_flight_limit=3)
    async with opened_house(tmp_path, settings=settings) as house:
        session, ticket = await admitted(house)
        async with line(house, session, ticket=ticket) as guest:
            await guest.hello()
            for number in range(20):
                command = c.RaiseHand() if number % 2 == 0 else c.LowerHand()
                await guest.say(Do(id=CommandId(f"n{number}"), command=command))
            replies = [await guest.hear_reply() for _ in range(20)]
    assert [one.id for one in replies] == [f"n{number}" for number in range(20)]
    assert all(one.is_done for one in replies)


async def test_who_talks_too_fast_is_heard_more_slowly_and_loses_nothing(tmp_path: Path) -> None:
    rates = Rates(
        messages_per_connection=Rate(burst=3, per_s=50),
        watches_per_connection=Rate(burst=1, per_s=50),
    )
    async with opened_house(tmp_path, rates=rates) as house:
        session, ticket = await admitted(house)
        room = await house.hub.room(house.room)
        assert room is not None
        async with line(house, session, ticket=ticket) as guest:
            await guest.hello()
            with patch.object(Room, "watch", autospec=True, side_effect=Room.watch) as watched:
                for number in range(8):
                    await guest.say(Pong())
                    await guest.say(Watch(window=Window(search=f"n{number}")))
                assert (await guest.do(c.RaiseHand())).is_done
    searches = [call.args[2].search for call in watched.call_args_list]
    assert searches == [f"n{number}" for number in range(8)]


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
async def test_answers_to_pings_do_not_count_as_talking(tmp_path: Path, codec: Codec) -> None:
    rates = Rates(messages_per_connection=Rate(burst=1, per_s=0.001))
    async with opened_house(tmp_path, rates=rates) as house:
        session, ticket = await admitted(house)
        async with line(house, session, ticket=ticket, codec=codec) as guest:
            await guest.hello()
            [own] = ours(house)
            watcher = own._watcher
            assert watcher is not None
            for _ in range(5):
                watcher.ping(is_stale=False)
                await guest.hear(Ping)
                await until(lambda: watcher.unanswered_pings == 0)
            assert (await guest.do(c.RaiseHand())).is_done


async def slow_and_host(house: House) -> tuple[str, str]:
    session, ticket = await admitted(house)
    host = await house.signed_in()
    await host.done("POST", f"/entries/{house.room}/enter", {})
    return session, ticket


async def test_who_takes_nothing_is_sent_no_more_than_fits_and_then_one_snapshot(
    house: House,
) -> None:
    session, ticket = await slow_and_host(house)
    async with line(house, session, ticket=ticket) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        [slow] = ours(house)
        slow.pause_writing()
        before = len(guest.frames)
        renamed = await rename_often(house, 30)
        slow.resume_writing()
        await guest.until(lambda one: one.view is not None and renamed in str(one.view))
        kinds = [type(MSGPACK.decode_server(data)) for data in guest.frames[before:]]
        assert kinds.count(Snapshot) == 1
        assert len(kinds) < 10


async def test_what_the_kernel_keeps_for_who_takes_nothing_is_bounded(house: House) -> None:
    """Left alone, it grows to megabytes before anything says that the peer is slow."""
    session, ticket = await slow_and_host(house)
    async with line(house, session, ticket=ticket) as guest:
        await guest.hello(Window())
        [slow] = ours(house)
        client = guest.socket.transport
        client.pause_reading()
        client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ping = frame(PING, is_masked=False)
        written = 0
        while slow.is_writable and written < MEGABYTE:
            slow.write(ping * 512)
            written += 512 * len(ping)
        # Some of it is what the client's kernel took before its buffer was made small.
        assert not slow.is_writable
        client.abort()


async def rename_often(house: House, times: int) -> str:
    """Have somebody else change their name many times; the last one is given."""
    _, token = await house.make_link()
    _, other = await house.guest(token, "Noa")
    session = other["session_id"]
    async with line(house, session, ticket=other["ticket"]) as noa:
        await noa.hello()
        for number in range(times):
            assert (await noa.do(c.Rename(name=f"Noa {number}"))).is_done
    return f"Noa {times - 1}"


async def test_who_goes_on_taking_nothing_is_cut_off(tmp_path: Path) -> None:
    async with opened_house(tmp_path, send_timeout_s=0.2) as house:
        session, ticket = await admitted(house)
        async with line(house, session, ticket=ticket) as guest:
            await guest.hello()
            [stuck] = ours(house)
            stuck.pause_writing()
            assert await guest.end() == (None, 1006)
        await until(lambda: not ours(house))


async def test_a_message_that_fails_ends_its_own_connection_only(house: House) -> None:
    session, ticket = await admitted(house)
    _, token = await house.make_link()
    _, other = await house.guest(token, "Noa")
    async with (
        line(house, session, ticket=ticket) as guest,
        line(house, session, ticket=other["ticket"]) as noa,
    ):
        await guest.hello()
        await noa.hello()
        with patch.object(Room, "submit", side_effect=ZeroDivisionError("inside")):
            await guest.say(Do(id=CommandId("one"), command=c.RaiseHand()))
            assert (await guest.end())[0] == "internal"
        assert (await noa.do(c.RaiseHand())).is_done


async def test_a_client_that_goes_while_the_room_takes_it_in_leaves_no_ghost(house: House) -> None:
    session, ticket = await admitted(house)
    room = await house.hub.room(house.room)
    assert room is not None
    asking, going = asyncio.Event(), asyncio.Event()
    ask = Room.ask

    async def slowly(self: Room, *args: object) -> object:
        asking.set()
        await going.wait()
        return await ask(self, *args)  # type: ignore[arg-type]

    with patch.object(Room, "ask", slowly):
        async with raw_wire(house, session, ticket) as wire:
            await wire.say(frame(BINARY, HELLO))
            await asyncio.wait_for(asking.wait(), 10)
        going.set()
        await until(lambda: not ours(house))
    await until(lambda: not house.server.server_state.tasks)
    assert not list(room.watchers)
    await until(lambda: all(not one.connections for one in room.state.participants.values()))


async def test_a_shutdown_closes_what_is_open(house: House) -> None:
    session, ticket = await admitted(house)
    async with line(house, session, ticket=ticket) as guest:
        await guest.hello()
        [one] = ours(house)
        one.shutdown()
        _, code = await guest.end()
    assert code == 1012


async def test_a_flood_of_control_frames_is_ended_and_felt_by_nobody(house: House) -> None:
    session, ticket = await admitted(house)
    _, token = await house.make_link("Other")
    _, other = await house.guest(token, "Ada")

    for flood in (
        frame(PING, b"x" * 125) * 5_000,
        frame(PONG, b"") * 5_000,
        frame(TEXT, b"{", fin=False) + frame(CONT, b"", fin=False) * 5_000,
    ):
        async with raw_wire(house, session, ticket) as wire:
            await wire.say(frame(BINARY, HELLO))
            await shows(wire, Welcome)
            with suppress(ConnectionError):
                await wire.say(flood)
            # Where our close meets bytes that are on their way, the system may reset instead.
            assert await wire.close_code() in (FLOOD, None)

    async with line(house, session, ticket=other["ticket"]) as steady:
        await steady.hello(Window())
        assert (await steady.do(c.RaiseHand())).is_done


async def test_pings_between_messages_are_answered_for_ever(house: House) -> None:
    session, ticket = await admitted(house)
    message = frame(BINARY, MSGPACK.encode(Pong()))

    async with raw_wire(house, session, ticket) as wire:
        await wire.say(frame(BINARY, HELLO))
        await shows(wire, Welcome)
        for number in range(3):
            await wire.say(frame(PING, b"%d" % number) * (MAX_STRAYS - 1) + message)
            pongs = 0
            while pongs < MAX_STRAYS - 1:
                opcode, payload = await wire.frame()
                pongs += (opcode, payload) == (PONG, b"%d" % number)


async def test_who_takes_nothing_is_owed_no_pongs(house: House) -> None:
    session, ticket = await admitted(house)

    async with raw_wire(house, session, ticket) as wire:
        await wire.say(frame(BINARY, HELLO))
        await shows(wire, Welcome)
        (ours_,) = ours(house)
        ours_.pause_writing()
        before = ours_._transport.get_write_buffer_size()  # type: ignore[union-attr]
        for _ in range(100):
            ours_.data_received(frame(PING, b"x" * 125))
        after = ours_._transport.get_write_buffer_size()  # type: ignore[union-attr]
        ours_.resume_writing()

    assert after == before
