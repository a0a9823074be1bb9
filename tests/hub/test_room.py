"""A room as an actor: group commit, lost races, retries, faults of the store and of ours."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import CommandId
from protocol.roles import Presence, Role
from server.core import decide
from server.core import orders as o
from server.core.actors import SERVER
from server.core.attendance import Attendance
from server.core.decide import Rejected
from server.core.record import Record
from server.core.state import RoomState
from server.hub import room as room_module
from server.hub.replica import Replica
from server.hub.room import Settled
from server.hub.watchers import Watchers
from server.store.codec import Codec
from server.store.interface import NewerData
from tests.hub.conftest import QUICK, Stage, staged
from tests.hub.faults import hung, refused, reply_lost

OVERLOADED = Rejected(code=ErrorCode.OVERLOADED)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_module, "RETRY_S", 0.05)


def texts(count: int) -> list[c.MessageWaiting]:
    return [c.MessageWaiting(text=str(number)) for number in range(count)]


# --- group commit --------------------------------------------------------------------------


async def test_commands_that_wait_for_an_append_are_appended_together(stage: Stage) -> None:
    await stage.make_room()
    host = await stage.enter_host()
    before = len(stage.store.appends)
    held = stage.store.hold_next()
    first = stage.asking(c.MessageWaiting(text="first"), host.actor)
    await held.has_come()
    rest = [stage.asking(text, host.actor) for text in texts(100)]
    await asyncio.sleep(0)
    held.release()
    outcomes = [await first, *[await task for task in rest]]
    assert stage.store.appends[before:] == [1, 100]
    assert all(isinstance(outcome, Settled) for outcome in outcomes)
    session = (await stage.state()).session
    assert session is not None
    assert session.waiting_message == "99"


async def test_a_lone_command_is_appended_alone_and_at_once(stage: Stage) -> None:
    await stage.make_room()
    before, reads = len(stage.store.appends), stage.store.reads
    for text in texts(3):
        await stage.done(text, stage.host)
    assert stage.store.appends[before:] == [1, 1, 1]
    assert stage.store.reads == reads, "nobody else has appended, so there is nothing to read"


async def test_no_more_than_the_batch_limit_is_appended_together(tmp_path: Path) -> None:
    settings = replace(QUICK, batch_limit=10)
    async with staged(tmp_path / "usher.sqlite3", settings=settings) as stage:
        await stage.make_room()
        before = len(stage.store.appends)
        held = stage.store.hold_next()
        asking = [stage.asking(text, stage.host) for text in texts(25)]
        await held.has_come()
        held.release()
        await asyncio.gather(*asking)
        assert max(stage.store.appends[before:]) == 10
        assert sum(stage.store.appends[before:]) == 25


async def test_a_refusal_appends_nothing(stage: Stage) -> None:
    await stage.make_room()
    before = list(stage.store.appends)
    no = await stage.refused(c.DeleteGuestLink(link_id="l_none"), stage.host)  # type: ignore[arg-type]
    assert no.code is ErrorCode.NOT_FOUND
    assert stage.store.appends == before


async def test_more_than_may_wait_are_told_that_the_server_is_busy(tmp_path: Path) -> None:
    settings = replace(QUICK, queue_limit=5)
    async with staged(tmp_path / "usher.sqlite3", settings=settings) as stage:
        await stage.make_room()
        held = stage.store.hold_next()
        first = stage.asking(c.SetGuestAccess(is_on=True), stage.host)
        await held.has_come()
        waiting = [stage.asking(text, stage.host) for text in texts(5)]
        await asyncio.sleep(0)
        assert await stage.ask(c.SetLock(is_locked=True), stage.host) == OVERLOADED
        held.release()
        for task in (first, *waiting):
            assert isinstance(await task, Settled)


# --- somebody else's append ----------------------------------------------------------------


async def test_a_lost_race_is_decided_again_in_the_one_order(stage: Stage) -> None:
    await stage.make_room()
    link = await stage.make_link(uses=1)
    async with stage.second_hub("other") as other:
        await other.look(stage.room_id)
        held = stage.store.hold_next()
        mine = stage.asking(stage.form(link, "Ada"), stage.visitor("d1"))
        await held.has_come()
        theirs = await other.ask(stage.room_id, stage.form(link, "Bob"), stage.visitor("d2"))
        held.release()
        assert isinstance(theirs, Settled)
        assert await mine == Rejected(code=ErrorCode.LINK_USED_UP)
        assert len((await stage.state()).participants) == 1


async def test_two_nodes_who_race_all_the_time_come_to_the_same_room(stage: Stage) -> None:
    await stage.make_room()
    link = await stage.make_link(uses=30)
    async with stage.second_hub("other") as other:
        hubs = [stage.hub, other]
        outcomes = await asyncio.gather(
            *(
                hubs[n % 2].ask(stage.room_id, stage.form(link, f"G{n}"), stage.visitor(f"d{n}"))
                for n in range(60)
            )
        )
        assert sum(isinstance(one, Settled) for one in outcomes) == 30
        states = [await hub.look(stage.room_id) for hub in hubs]
        await stage.until(lambda state: len(state.participants) == 30)
        assert {len(state.participants) for state in states if state} <= {30}
        mine, theirs = await stage.hub.room(stage.room_id), await other.room(stage.room_id)
        assert mine is not None
        assert theirs is not None
        await stage.until_true(lambda: mine.replica.position == theirs.replica.position)
        assert mine.state == theirs.state
        theirs.replica.roster.check(mine.state)


async def test_a_lock_and_a_join_at_once_have_one_order_on_both_nodes(stage: Stage) -> None:
    opened = await stage.opened(0)
    host, link = opened.host, opened.link
    async with stage.second_hub("other") as other:
        await other.look(stage.room_id)
        held = stage.store.hold_next()
        joining = stage.asking(stage.form(link, "Gus"), stage.visitor("d1"))
        await held.has_come()
        locked = await other.ask(stage.room_id, c.SetLock(is_locked=True), host.actor)
        assert isinstance(locked, Settled)
        held.release()
        assert isinstance(await joining, Settled)
        guests = [p for p in (await stage.state()).participants.values() if p.id != host.id]
        assert [p.gate for p in guests] == ["waiting_room"], "what commits after a lock obeys it"


async def test_a_batch_that_loses_every_race_is_given_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "MAX_ROUNDS", 3)
    await stage.make_room()
    async with stage.second_hub("other") as other:
        held = stage.store.hold_next()
        asking = stage.asking(c.SetGuestAccess(is_on=True), stage.host)
        for number in range(3):
            await held.has_come()
            await other.ask(stage.room_id, c.MessageWaiting(text=str(number)), stage.host)
            before, held = held, stage.store.hold_next()
            before.release()
        held.release()
        assert await asking == OVERLOADED
        await stage.done(c.SetGuestAccess(is_on=True), stage.host)


# --- the same again ------------------------------------------------------------------------


async def test_the_same_command_id_has_one_effect_and_one_answer_after_a_restart_too(
    tmp_path: Path,
) -> None:
    path = tmp_path / "usher.sqlite3"
    command = c.CreateGuestLink(name="Once")
    async with staged(path) as stage:
        await stage.make_room()
        first = await stage.done(command, stage.host, "cmd-1")
        again = await stage.done(command, stage.host, "cmd-1")
        assert first.result == again.result
    async with staged(path) as stage:
        third = await stage.done(command, stage.host, "cmd-1")
        assert third.result == first.result
        assert len((await stage.state()).links) == 1
        other = await stage.ask(c.CreateGuestLink(name="Other"), stage.host, "cmd-1")
        assert other == Rejected(code=ErrorCode.COMMAND_REUSED)


async def test_a_command_sent_twice_at_once_has_one_effect(stage: Stage) -> None:
    await stage.make_room()
    command = c.CreateGuestLink(name="Once")
    outcomes = await asyncio.gather(*(stage.done(command, stage.host, "cmd-1") for _ in range(10)))
    assert len({outcome.result["link_id"] for outcome in outcomes}) == 1
    assert len((await stage.state()).links) == 1


async def test_a_command_sent_to_two_nodes_has_one_effect(stage: Stage) -> None:
    await stage.make_room()
    command = c.CreateGuestLink(name="Once")
    async with stage.second_hub("other") as other:
        held = stage.store.hold_next()
        mine = asyncio.create_task(stage.done(command, stage.host, "cmd-1"))
        await held.has_come()
        theirs = await other.ask(stage.room_id, command, stage.host, CommandId("cmd-1"))
        held.release()
        assert isinstance(theirs, Settled)
        assert (await mine).result == theirs.result


# --- faults of the store -------------------------------------------------------------------


async def test_what_the_store_does_not_take_is_refused_and_nothing_changes(stage: Stage) -> None:
    await stage.make_room()
    before = await stage.state()
    stage.store.next_appends.append(refused)
    assert await stage.ask(c.CreateGuestLink(name="No"), stage.host) == OVERLOADED
    assert await stage.state() == before
    await stage.done(c.CreateGuestLink(name="Yes"), stage.host)
    assert [link.name for link in (await stage.state()).links.values()] == ["Yes"]


async def test_an_append_that_hangs_is_given_up_and_the_room_goes_on(tmp_path: Path) -> None:
    settings = replace(QUICK, append_timeout_s=1.0)
    async with staged(tmp_path / "usher.sqlite3", settings=settings) as stage:
        await stage.make_room()
        stage.store.next_appends.append(hung)
        assert await stage.ask(c.CreateGuestLink(name="No"), stage.host) == OVERLOADED
        await stage.done(c.CreateGuestLink(name="Yes"), stage.host)
        assert [link.name for link in (await stage.state()).links.values()] == ["Yes"]


async def test_an_append_that_was_given_up_and_lands_late_is_found_and_not_doubled(
    tmp_path: Path,
) -> None:
    settings = replace(QUICK, append_timeout_s=1.0)
    async with staged(tmp_path / "usher.sqlite3", settings=settings) as stage:
        await stage.make_room()
        late: list[asyncio.Task[object]] = []
        held = stage.store.hold_next()

        async def landing_late(append: object) -> object:
            late.append(asyncio.create_task(held(append)))  # type: ignore[arg-type]
            return await hung(append)  # type: ignore[arg-type]

        stage.store.next_appends[0] = landing_late  # type: ignore[assignment]
        command = c.CreateGuestLink(name="Once")
        assert await stage.ask(command, stage.host, "cmd-1") == OVERLOADED
        held.release()
        await late[0]
        await stage.done(command, stage.host, "cmd-1")
        assert len((await stage.state()).links) == 1


async def test_an_append_whose_answer_was_lost_is_found_again_and_not_repeated(
    stage: Stage,
) -> None:
    await stage.make_room()
    stage.store.next_appends.append(reply_lost)
    command = c.CreateGuestLink(name="Lost")
    assert await stage.ask(command, stage.host, "cmd-1") == OVERLOADED
    await stage.until(lambda state: len(state.links) == 1)
    await stage.done(command, stage.host, "cmd-1")
    assert len((await stage.state()).links) == 1


async def test_what_may_not_be_safe_yet_is_not_acknowledged_when_it_is_found_again(
    stage: Stage,
) -> None:
    # As when too few replicas have taken an append in time: it is in the log, and may be lost.
    await stage.make_room()
    stage.store.is_shared = True
    stage.store.next_appends += [reply_lost, refused]
    command = c.CreateGuestLink(name="Unsure")
    assert await stage.ask(command, stage.host, "cmd-1") == OVERLOADED
    await stage.until(lambda state: len(state.links) == 1)
    assert await stage.ask(command, stage.host, "cmd-1") == OVERLOADED
    await stage.done(command, stage.host, "cmd-1")
    assert stage.store.appends[-1] == 0
    assert len((await stage.state()).links) == 1


async def test_every_command_of_a_batch_that_fails_has_an_answer(stage: Stage) -> None:
    await stage.make_room()
    held = stage.store.hold_next()
    stage.store.next_appends.append(refused)
    first = stage.asking(c.SetGuestAccess(is_on=True), stage.host)
    await held.has_come()
    rest = [stage.asking(text, stage.host) for text in texts(20)]
    await asyncio.sleep(0)
    held.release()
    assert isinstance(await first, Settled)
    assert {await task for task in rest} == {OVERLOADED}


async def test_nothing_is_decided_by_a_state_that_may_not_be_the_newest(stage: Stage) -> None:
    await stage.make_room()
    stage.store.next_appends.append(reply_lost)
    stage.store.cannot_read = True
    assert await stage.ask(c.CreateGuestLink(name="Lost"), stage.host) == OVERLOADED
    # A refusal by the old state ("there is no such link") could be wrong.
    assert await stage.ask(c.SetLock(is_locked=True), stage.host) == OVERLOADED
    stage.store.cannot_read = False
    await stage.until(lambda state: len(state.links) == 1)
    await stage.done(c.SetLock(is_locked=True), stage.host)


async def test_who_loses_a_right_while_their_wish_waits_has_it_no_more(stage: Stage) -> None:
    """In the queue behind the demotion; and at another node that has not heard of it."""
    await stage.make_room()
    link = await stage.make_link()
    host = await stage.enter_host()
    await stage.done(c.StartSession(), host.actor)
    mona = await stage.enter_guest(link, "Mona")
    raised = c.SetRole(participant_id=mona.id, role=Role.MODERATOR)
    lowered = c.SetRole(participant_id=mona.id, role=Role.VIEWER)
    await stage.done(raised, host.actor)
    held = stage.store.hold_next()
    first = stage.asking(c.MessageWaiting(text="hold"), host.actor)
    await held.has_come()
    wishes = [stage.asking(wish, who.actor) for wish, who in (
        (c.SetLock(is_locked=True), mona), (lowered, host), (c.SetLock(is_locked=False), mona),
        (c.MuteAll(), mona),
    )]  # fmt: skip
    await asyncio.sleep(0)
    held.release()
    await first
    outcomes = [await wish for wish in wishes]
    assert [isinstance(one, Settled) for one in outcomes] == [True, True, False, False]
    assert outcomes[2:] == [Rejected(code=ErrorCode.NOT_ALLOWED)] * 2

    await stage.done(raised, host.actor)
    async with stage.second_hub("n2") as other:
        room = await other.room(stage.room_id)
        assert room is not None
        old = room.state
        await stage.done(lowered, host.actor)
        assert old.participants[mona.id].role is Role.MODERATOR
        late = await other.ask(stage.room_id, c.SetLock(is_locked=False), mona.actor)
    assert late == Rejected(code=ErrorCode.NOT_ALLOWED)
    state = await stage.state()
    assert state.session is not None
    assert state.session.is_locked


async def test_reading_on_that_hangs_is_given_up(tmp_path: Path) -> None:
    settings = replace(QUICK, load_timeout_s=1.0, append_timeout_s=1.0, head_check_s=60)
    async with staged(tmp_path / "usher.sqlite3", settings=settings) as stage:
        await stage.make_room()
        stage.store.next_appends.append(refused)
        stage.store.answers_reads.clear()
        assert await stage.ask(c.SetGuestAccess(is_on=True), stage.host) == OVERLOADED
        assert await stage.ask(c.SetGuestAccess(is_on=True), stage.host) == OVERLOADED
        stage.store.answers_reads.set()
        room = await stage.room()
        await stage.until_true(lambda: not room._news.is_behind)
        await stage.done(c.SetGuestAccess(is_on=True), stage.host)


async def test_a_record_of_a_newer_server_closes_the_room_to_change(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.make_room()
    room = await stage.room()

    async def newer(*_: object) -> None:
        raise NewerData("written by a newer server")

    with monkeypatch.context() as patch:
        patch.setattr(room.replica, "catch_up", newer)
        stage.store.next_appends.append(refused)
        await stage.ask(c.SetGuestAccess(is_on=True), stage.host)
        no = await stage.refused(c.SetGuestAccess(is_on=True), stage.host)
        assert no.code is ErrorCode.READ_ONLY
    await stage.until_true(lambda: not room._news.is_behind)
    await stage.done(c.SetGuestAccess(is_on=True), stage.host)


# --- faults of ours ------------------------------------------------------------------------


def broken(*_: object) -> None:
    raise ZeroDivisionError


async def test_a_fault_in_one_rule_harms_nobody_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.make_room()
    monkeypatch.setitem(decide.RULES, c.StartSession, broken)
    outcomes = await asyncio.gather(
        stage.ask(c.StartSession(), stage.host),
        stage.ask(c.SetGuestAccess(is_on=True), stage.host),
    )
    assert outcomes[0] == Rejected(code=ErrorCode.INTERNAL)
    assert isinstance(outcomes[1], Settled)


async def test_a_wish_that_cannot_be_written_down_harms_nobody_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.make_room()
    encode = Codec[Record].encode

    def picky(self: Codec[Record], record: Record) -> object:
        if "poison" in repr(record):
            raise OverflowError
        return encode(self, record)

    monkeypatch.setattr(Codec, "encode", picky)
    held = stage.store.hold_next()
    first = stage.asking(c.SetGuestAccess(is_on=True), stage.host)
    await held.has_come()
    names = ["a", "poison", "b"]
    asking = [stage.asking(c.CreateGuestLink(name=name), stage.host) for name in names]
    await asyncio.sleep(0)
    held.release()
    assert isinstance(await first, Settled)
    outcomes = [await task for task in asking]
    assert outcomes[1] == Rejected(code=ErrorCode.INTERNAL)
    assert sorted(link.name for link in (await stage.state()).links.values()) == ["a", "b"]
    assert len(stage.hub.rooms) == 1


async def test_an_own_step_that_fails_is_not_repeated_without_a_pause(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = (await stage.opened(1)).guest
    calls: list[object] = []

    def failing(*_: object) -> None:
        calls.append(_)
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setitem(decide.RULES, o.CloseConnections, failing)
        await stage.drop(guest)
        await stage.until_true(lambda: len(calls) >= 2)
        turns = 0
        while len(calls) < 4:
            turns += 1
            await asyncio.sleep(0)
        assert turns > 20, "the room spins"
    await stage.until(lambda state: guest.of(state).presence is Presence.RECONNECTING)


async def test_a_look_at_the_clock_that_comes_to_nothing_is_not_repeated_without_a_pause(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = (await stage.opened(1)).guest
    await stage.drop(guest)
    await stage.until(lambda state: guest.of(state).presence is Presence.RECONNECTING)
    calls: list[object] = []

    def failing(*_: object) -> None:
        calls.append(_)
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setitem(decide.RULES, o.LookAtClock, failing)
        stage.clock.ahead_ms += 31_000
        (await stage.room()).wake()
        await stage.until_true(lambda: len(calls) >= 2)
        turns = 0
        while len(calls) < 4:
            turns += 1
            await asyncio.sleep(0)
        assert turns > 20, "the room spins"
    await stage.until(lambda state: guest.of(state).presence is Presence.LEFT)


async def test_whoever_is_told_of_commits_and_fails_harms_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[int] = []

    def listener(_room: object, _state: RoomState, records: tuple[Record, ...]) -> None:
        told.append(len(records))
        raise ZeroDivisionError

    async with staged(tmp_path / "usher.sqlite3", on_commit=(listener,)) as stage:
        await stage.make_room()
        await stage.done(c.SetGuestAccess(is_on=True), stage.host)
    assert told == [0, 1, 1], "of the opening without records, then of each commit"
    assert "failed" in caplog.text


async def test_a_room_that_crashes_tells_its_people_to_come_back_and_opens_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    opened = await stage.opened(2)
    guest = opened.guest
    room = await stage.room()
    with monkeypatch.context() as patch:
        patch.setattr(Watchers, "follow", broken)
        outcome = await stage.ask(c.RaiseHand(), guest.actor, "cmd-1")
        assert outcome == Rejected(code=ErrorCode.RESTARTING)
        await guest.until(lambda g: g.is_closed)
    assert guest.goodbye is not None
    assert guest.goodbye.problem.code is ErrorCode.INTERNAL
    assert guest.goodbye.problem.retry_after_ms is not None
    assert "ended by a fault" in caplog.text
    # The hand was in the log before the fault, and is found there.
    assert guest.of(await stage.state()).hand_raised_at is not None
    assert await stage.room() is not room
    await stage.done(c.RaiseHand(), guest.actor, "cmd-1")


async def test_after_a_crash_nobody_is_left_as_a_ghost(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await stage.opened(3)
    with monkeypatch.context() as patch:
        patch.setattr(Watchers, "follow", broken)
        await stage.ask(c.RaiseHand(), opened.guest.actor)
    await stage.until(
        lambda s: {one.presence for one in s.participants.values()} == {Presence.RECONNECTING}
    )
    again = await stage.come_back(opened.guest)
    await stage.until(lambda s: again.of(s).presence is Presence.PRESENT)


async def test_somebody_who_goes_away_while_waiting_harms_nothing(stage: Stage) -> None:
    await stage.make_room()
    held = stage.store.hold_next()
    first = stage.asking(c.CreateGuestLink(name="First"), stage.host)
    await held.has_come()
    second = stage.asking(c.CreateGuestLink(name="Second"), stage.host)
    third = stage.asking(c.CreateGuestLink(name="Third"), stage.host)
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    await asyncio.sleep(0)
    held.release()
    assert isinstance(await third, Settled)
    # What was asked is carried out: somebody who leaves and closes the page has left.
    assert len((await stage.state()).links) == 3


# --- beside the log ------------------------------------------------------------------------


async def test_the_attendance_record_is_kept_when_a_new_session_begins(stage: Stage) -> None:
    opened = await stage.opened(2)
    session = (await stage.state()).session
    assert session is not None
    await stage.done(c.EndSession(), opened.host.actor)
    await stage.done(c.StartSession(), stage.host)
    stored = await stage.store.get("attendance", f"{stage.room_id} {session.id}", stage.clock())
    assert stored is not None
    record: Attendance = await stage.hub.stores.attendance.unpack(stored)
    assert record.session_id == session.id
    assert sorted(one.person.name for one in record.people) == ["Guest0", "Guest1", "Hanna"]
    assert b"Guest0" not in stored, "people are sealed"
    assert record.ended_at is not None


async def test_an_entry_is_in_the_index_as_soon_as_it_is_made(stage: Stage) -> None:
    await stage.make_room()
    assert await stage.store.scan("entry", stage.clock()) == [(stage.room_id, b"1")]


# --- checkpoints and rest ------------------------------------------------------------------


def _behind(replica: Replica) -> int:
    return replica.position.version - replica.checkpoint.version


async def test_a_checkpoint_and_what_follows_it_give_what_replaying_all_would(
    tmp_path: Path,
) -> None:
    settings = replace(QUICK, checkpoint_every=5)
    path = tmp_path / "usher.sqlite3"
    async with staged(path, settings=settings) as stage:
        opened = await stage.opened(4)
        for guest in opened.guests:
            await stage.done(c.RaiseHand(), guest.actor)
        room = await stage.room()
        replica = room.replica
        async with asyncio.timeout(10):
            # As long as fewer than five have followed a checkpoint, none is on its way.
            while not (replica.checkpoint.version and 0 < _behind(replica) < 5):
                await stage.done(c.RaiseHand(), opened.guest.actor)
                await stage.done(c.LowerHand(), opened.guest.actor)
        lived = room.state
        stage.abandon()
    async with staged(path, settings=settings) as stage:
        stage.store.cannot_write = True  # Nothing is reaped before we have looked.
        room = await stage.room()
        assert 0 < room.replica.checkpoint.version < room.replica.position.version
        assert room.state == lived
        room.replica.roster.check(lived)
        stage.store.cannot_write = False


async def test_the_closing_of_a_socket_is_recorded_when_the_store_is_back(stage: Stage) -> None:
    guest = (await stage.opened(1)).guest
    stage.store.next_appends.extend([refused, refused])
    await stage.drop(guest)
    await stage.until(lambda state: guest.of(state).presence is Presence.RECONNECTING)


async def test_an_opening_whose_answer_was_lost_leaves_no_ghost(stage: Stage) -> None:
    opened = await stage.opened(1)
    room = await stage.room()
    await stage.drop(opened.guest)
    await stage.until(lambda s: opened.guest.of(s).presence is Presence.RECONNECTING)
    watcher = stage.watcher_of(opened.guest.admitted, "d-Guest0")
    room.attach(watcher)
    stage.store.next_appends.append(reply_lost)
    stage.store.cannot_read = True
    outcome = await room.ask(stage.opening_of(watcher, opened.guest.admitted), SERVER)
    assert outcome == OVERLOADED
    room.detach(watcher)
    stage.store.cannot_read = False
    await stage.done(c.SetLock(is_locked=True), opened.host.actor)
    await stage.until(lambda s: opened.guest.of(s).presence is Presence.RECONNECTING)
    assert opened.guest.of(await stage.state()).connections == ()


async def test_an_opening_that_was_given_up_while_it_waited_is_not_carried_out(
    stage: Stage,
) -> None:
    opened = await stage.opened(1)
    guest, room = opened.guest, await stage.room()
    await stage.drop(guest)
    await stage.until(lambda s: guest.of(s).presence is Presence.RECONNECTING)
    position = room.replica.position
    watcher = stage.watcher_of(guest.admitted, "d-Guest0")
    room.attach(watcher)
    opening = asyncio.create_task(room.ask(stage.opening_of(watcher, guest.admitted), SERVER))
    await asyncio.sleep(0)
    opening.cancel()
    room.detach(watcher)
    done = await stage.done(c.SetLock(is_locked=True), opened.host.actor)
    assert done.version == position.version + 1
    assert guest.of(await stage.state()).connections == ()


async def test_a_closing_decided_before_its_opening_leaves_no_ghost(tmp_path: Path) -> None:
    settings = replace(QUICK, batch_limit=1)
    async with staged(tmp_path / "usher.sqlite3", settings=settings) as stage:
        opened = await stage.opened(1)
        guest, room = opened.guest, await stage.room()
        await stage.drop(guest)
        await stage.until(lambda s: guest.of(s).presence is Presence.RECONNECTING)
        held = stage.store.hold_next()
        first = stage.asking(c.SetLock(is_locked=True), opened.host.actor)
        await held.has_come()
        watcher = stage.watcher_of(guest.admitted, "d-Guest0")
        room.attach(watcher)
        waiting = [stage.asking(text, opened.host.actor) for text in texts(3)]
        opening = asyncio.create_task(room.ask(stage.opening_of(watcher, guest.admitted), SERVER))
        await asyncio.sleep(0)
        # The socket goes while its opening waits behind others, and nobody cancels the wait.
        room.detach(watcher)
        held.release()
        assert isinstance(await opening, Settled)
        await asyncio.gather(first, *waiting)
        await stage.until(lambda s: guest.of(s).presence is Presence.RECONNECTING)
