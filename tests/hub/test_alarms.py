"""When somebody has to look at the clock: seats, graces, opening by schedule, absent hosts."""

from dataclasses import replace
from pathlib import Path

import pytest
from immutables import Map

from protocol import commands as c
from protocol.ids import LinkId, ParticipantId
from protocol.roles import Presence, SessionState
from protocol.settings import EntrySettings
from server.core.state import RoomState
from server.hub.alarms import STALE_KEPT, Alarms, room_moment
from server.hub.draft import wake_at
from tests.core.given import DAY, HOUR, MINUTE, SECOND, Story
from tests.hub.conftest import QUICK, Clock, Stage, staged

# --- the heap ------------------------------------------------------------------------------


def seats(count: int) -> Story:
    """A room in which so many have a seat and are not connected."""
    story = Story()
    link = story.open_link
    for number in range(count):
        story.passes(SECOND)
        story.redeems(story.someone(f"G{number}"), link)
    return story


def test_an_alarm_stands_for_each_seat_and_none_for_those_who_are_here() -> None:
    story = Story()
    gus = story.someone("Gus")
    story.redeems(gus, story.open_link)
    alarms = Alarms(story.state)
    assert alarms.next_at(story.state) == gus.now.expires_at is not None
    story.opens(gus)
    alarms.note(story.state, [gus.id])
    assert alarms.next_at(story.state) is None


def test_what_is_due_is_taken_once_in_its_order_and_noted_again() -> None:
    story = seats(3)
    alarms = Alarms(story.state)
    first = alarms.next_at(story.state)
    assert first is not None
    assert alarms.due(first - 1) == ()
    due = alarms.due(first + HOUR, limit=2)
    moments = [story.state.participants[one].expires_at for one in due]
    assert moments == [first, first + SECOND]
    assert len(alarms.due(first + HOUR)) == 1
    assert alarms.next_at(story.state) is None
    alarms.note(story.state, due)
    assert alarms.next_at(story.state) == first


def test_somebody_who_flaps_leaves_no_pile_of_alarms() -> None:
    story = Story()
    guest = story.guest
    alarms = Alarms(story.state)
    for _ in range(1_000):
        story.loses(guest)
        alarms.note(story.state, [guest.id])
        story.passes(100)
        story.opens(guest)
        alarms.note(story.state, [guest.id])
    assert len(alarms) <= STALE_KEPT + 2


def test_a_pile_that_is_cleared_away_forgets_nobody() -> None:
    story = seats(3)
    flapping = story.guest
    alarms = Alarms(story.state)
    waiting = {one.id for one in story.state.participants.values() if one.expires_at}
    for _ in range(2 * STALE_KEPT):
        story.loses(flapping)
        alarms.note(story.state, [flapping.id])
        story.now += 1
        story.opens(flapping)
        alarms.note(story.state, [flapping.id])
    assert set(alarms.due(story.now + HOUR)) == waiting


# --- by when a node has to open the room ----------------------------------------------------


def test_a_room_with_somebody_in_it_has_to_be_open_at_once() -> None:
    story = Story()
    assert wake_at(story.state, story.now) == story.now


def test_a_room_that_everybody_has_left_is_woken_by_its_own_moment() -> None:
    story = Story()
    story.leaves(story.host)
    assert story.state.places == 0
    absent = room_moment(story.state)
    assert absent is not None
    assert wake_at(story.state, story.now) == absent == story.session.host_absent_ends_at


def test_a_large_room_that_everybody_has_left_is_woken_all_the_same() -> None:
    story = Story()
    one = replace(story.guest.now, presence=Presence.LEFT, connections=())
    ids = [ParticipantId(f"p_{number}") for number in range(2_000)]
    crowd = {each: replace(one, id=each) for each in ids}
    story.leaves(story.guest)
    story.leaves(story.host)
    participants = Map({**story.state.participants, **crowd})
    state = replace(story.state, participants=participants)
    assert wake_at(state, story.now) == story.session.host_absent_ends_at


def test_a_room_that_is_over_is_woken_when_the_names_of_its_guests_are_due() -> None:
    story = Story(names_kept_days=30)
    story.ends()
    assert wake_at(story.state, story.now) == story.now + 30 * DAY


def test_a_room_that_is_over_and_keeps_names_need_not_be_woken() -> None:
    story = Story(names_kept_days=0)
    story.ends()
    assert wake_at(story.state, story.now) is None


# --- in a room -----------------------------------------------------------------------------


async def test_a_seat_that_nobody_takes_is_free_again(stage: Stage) -> None:
    await stage.make_room(seat_s=5)
    link = await stage.make_link()
    await stage.redeem(link, "Gus", "d-Gus")
    assert (await stage.state()).places == 1
    stage.clock.ahead_ms += 6_000
    await stage.until(lambda state: state.places == 0)


async def test_after_the_grace_somebody_lost_has_left(stage: Stage) -> None:
    guest = (await stage.opened(1)).guest
    await stage.drop(guest)
    await stage.until(lambda s: guest.of(s).presence is Presence.RECONNECTING)
    stage.clock.ahead_ms += 31_000
    await stage.until(lambda s: guest.of(s).presence is Presence.LEFT)


async def test_a_grace_that_runs_out_by_itself_is_seen_without_anybody_acting(
    stage: Stage,
) -> None:
    guest = (await stage.opened(1, grace_s=1)).guest
    await stage.drop(guest)
    await stage.until(lambda s: guest.of(s).presence is Presence.LEFT, timeout_s=5)


def is_open(state: RoomState) -> bool:
    return state.session is not None and state.session.state is SessionState.OPEN


async def scheduled(stage: Stage) -> LinkId:
    """Have a session that opens by itself in an hour, and a link to it."""
    await stage.make_room()
    settings = EntrySettings(opens_by_itself=True)
    await stage.done(c.EditSettings(settings=settings, only=("opens_by_itself",)), stage.host)
    starts_at = stage.clock() + 3_600_000
    await stage.done(c.EditEntry(name="Seminar", starts_at=starts_at), stage.host)
    return await stage.make_link()


async def test_a_scheduled_session_opens_by_itself_and_lets_people_in(stage: Stage) -> None:
    link = await scheduled(stage)
    guest = await stage.enter_guest(link, "Gus")
    await guest.until(lambda g: g.you is not None and g.you.gate == "countdown")
    assert not is_open(await stage.state())
    stage.clock.ahead_ms += 3_601_000
    await stage.until(is_open)
    await guest.until(lambda g: g.you is not None and g.you.gate is None)


async def test_a_scheduled_session_opens_although_its_room_was_put_away(tmp_path: Path) -> None:
    settings = replace(QUICK, idle_s=0.0)
    told: list[bool] = []

    def listen(_room: object, state: RoomState, _records: object) -> None:
        told.append(is_open(state))

    path = tmp_path / "usher.sqlite3"
    async with staged(path, settings=settings, on_commit=(listen,)) as stage:
        await scheduled(stage)
        await stage.until_true(lambda: not stage.hub.rooms)
        stage.clock.ahead_ms += 3_601_000
        await stage.until_true(lambda: told[-1])


async def test_a_scheduled_session_opens_although_the_server_was_down_then(
    tmp_path: Path,
) -> None:
    path, clock = tmp_path / "usher.sqlite3", Clock()
    async with staged(path, clock=clock) as stage:
        await scheduled(stage)
    clock.ahead_ms += 7_200_000
    async with staged(path, clock=clock) as stage:
        await stage.until_true(lambda: bool(stage.hub.rooms))
        room = stage.hub.rooms[0]
        await stage.until_true(lambda: is_open(room.state))


def has_ended(state: RoomState) -> bool:
    return state.session is not None and state.session.state is SessionState.ENDED


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_a_session_without_a_host_ends_with_nobody_there_to_see_it(
    tmp_path: Path, is_restarted: bool
) -> None:
    path, clock = tmp_path / "usher.sqlite3", Clock()
    states: list[RoomState] = []

    def listen(_room: object, state: RoomState, _records: object) -> None:
        states.append(state)

    settings = replace(QUICK, idle_s=0.0)
    async with staged(path, clock=clock, settings=settings, on_commit=(listen,)) as stage:
        host = (await stage.opened(0)).host
        await stage.drop(host)
        await stage.until_true(lambda: host.of(states[-1]).presence is Presence.RECONNECTING)
        clock.ahead_ms += 31_000
        await stage.until_true(lambda: states[-1].places == 0)
        session = states[-1].session
        assert session is not None
        assert session.host_absent_ends_at is not None
        await stage.until_true(lambda: not stage.hub.rooms)
        clock.ahead_ms += 901_000
        if not is_restarted:
            await stage.until_true(lambda: has_ended(states[-1]))
    if is_restarted:
        async with staged(path, clock=clock, on_commit=(listen,)) as stage:
            await stage.until_true(lambda: has_ended(states[-1]))


# --- a clock that is set -------------------------------------------------------------------


async def test_a_clock_that_is_set_back_loses_no_alarm(stage: Stage) -> None:
    guest = (await stage.opened(1, grace_s=1)).guest
    await stage.drop(guest)
    await stage.until(lambda s: guest.of(s).presence is Presence.RECONNECTING)
    stage.clock.ahead_ms -= 2 * MINUTE
    await stage.done(c.SetGuestAccess(is_on=True), stage.host)
    assert await stage.presence_of(guest) is Presence.RECONNECTING
    stage.clock.ahead_ms += 2 * MINUTE + 2_000
    await stage.until(lambda s: guest.of(s).presence is Presence.LEFT)


async def test_a_clock_that_is_set_back_while_an_alarm_is_looked_at_loses_it_not(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = (await stage.opened(1, grace_s=1)).guest
    await stage.drop(guest)
    await stage.until(lambda s: guest.of(s).presence is Presence.RECONNECTING)
    due = Alarms.due
    stepped: list[bool] = []

    def stepping(self: Alarms, now: int, limit: int = 500) -> object:
        found = due(self, now, limit)
        if found and not stepped:
            # Between taking what is due and deciding it.
            stepped.append(True)
            stage.clock.ahead_ms -= 1_000
        return found

    monkeypatch.setattr(Alarms, "due", stepping)
    stage.clock.ahead_ms += 1_500
    await stage.until(lambda s: guest.of(s).presence is Presence.LEFT)
    assert stepped


async def test_a_clock_that_is_set_forward_lets_those_back_in_who_were_lost_by_it(
    stage: Stage,
) -> None:
    opened = await stage.opened(1)
    await stage.drop(opened.guest)
    await stage.until(lambda s: opened.guest.of(s).presence is Presence.RECONNECTING)
    stage.clock.ahead_ms += 24 * HOUR
    await stage.until(lambda s: opened.guest.of(s).presence is Presence.LEFT)
    assert await stage.presence_of(opened.host) is Presence.PRESENT
    again = await stage.come_back(opened.guest)
    await stage.until(lambda s: again.of(s).presence is Presence.PRESENT)
    assert again.id == opened.guest.id
