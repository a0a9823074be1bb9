from unittest.mock import patch

from protocol import commands as c
from protocol.errors import REFUSALS, ErrorCode
from protocol.roles import Group, Role, StageMode
from protocol.views import Range, View, Window
from server.core.audience import Audience
from server.core.project import project
from server.hub.cohort import Cohort, Sight
from server.hub.watcher import Watcher
from tests.hub.conftest import Client, Stage

SMALL = Window(groups={Group.VIEWERS: Range(count=2)})


async def opened(
    stage: Stage, guests: int, window: Window | None = None
) -> tuple[Client, list[Client]]:
    await stage.make_room()
    link = await stage.make_link()
    host = await stage.enter_host()
    await stage.done(c.StartSession(), host.actor)
    people = [await stage.enter_guest(link, f"Guest{n}", window) for n in range(guests)]
    await host.until(lambda h: h.view is not None and h.view.counts.all == guests + 1)
    return host, people


async def shows(client: Client, wanted: View) -> None:
    await client.until(lambda one: one.view == wanted)


async def test_watchers_who_see_the_same_share_one_payload(stage: Stage) -> None:
    host, people = await opened(stage, 3, Window())
    await stage.done(c.RaiseHand(), people[0].actor)
    for guest in people:
        await guest.until(lambda g: g.view is not None and g.view.counts.raised_hands == 1)
    last = [guest.frames[-1] for guest in people[1:]]
    assert last[0] is last[1]
    assert host.frames[-1] is not last[0]


async def test_every_watchers_view_is_what_a_fresh_projection_would_be(stage: Stage) -> None:
    host, people = await opened(stage, 6, SMALL)
    for number, guest in enumerate(people):
        await stage.done(c.RaiseHand(), guest.actor)
        if number % 2:
            await stage.done(c.Rename(name=f"Zed{number}"), guest.actor)
    await stage.done(c.ClearHands(), host.actor)
    await stage.done(c.SetStageMode(mode=StageMode.EVERYONE), host.actor)
    await stage.done(c.JoinStage(), people[0].actor)
    room = await stage.hub.room(stage.room_id)
    assert room is not None
    for client, audience, window in (
        (host, Audience.STAFF | Audience.INVITERS, Window()),
        (people[5], Audience.ROOM, SMALL),
    ):
        wanted = project(room.state, room.replica.roster, audience, window, stage.clock())
        await shows(client, wanted)


async def test_a_slow_watcher_gets_one_snapshot_and_not_a_queue(stage: Stage) -> None:
    _, people = await opened(stage, 2, Window())
    slow = people[0]
    slow.pause()
    before = len(slow.frames)
    for _ in range(100):
        await stage.done(c.RaiseHand(), people[1].actor)
        await stage.done(c.LowerHand(), people[1].actor)
        slow.watcher.heard()  # It answers pings, but takes nothing.
    await stage.done(c.RaiseHand(), people[1].actor)
    await people[1].until(lambda g: g.view is not None and g.view.counts.raised_hands == 1)
    slow.go_on()
    await slow.until(lambda s: s.view is not None and s.view.counts.raised_hands == 1)
    assert len(slow.frames) - before <= 4


async def test_a_few_are_shown_before_a_crowd_and_whose_socket_is_full_after_it(
    stage: Stage,
) -> None:
    host, people = await opened(stage, 3, Window())
    looked: list[Audience] = []
    refresh = Cohort.refresh

    def noted(cohort: Cohort, sight: Sight) -> bool:
        looked.append(cohort.key.audience)
        return refresh(cohort, sight)

    with patch.object(Cohort, "refresh", noted):
        await stage.done(c.RaiseHand(), people[1].actor)
        await people[0].until(lambda g: g.view is not None and g.view.counts.raised_hands == 1)
        host.pause()
        await stage.done(c.RaiseHand(), people[2].actor)
        await people[0].until(lambda g: g.view is not None and g.view.counts.raised_hands == 2)
    staff = Audience.STAFF | Audience.INVITERS
    assert looked == [staff, Audience.ROOM, Audience.ROOM, staff]


async def test_nothing_of_the_staff_reaches_somebody_after_a_demotion(stage: Stage) -> None:
    host, [guest] = await opened(stage, 1, Window())
    subject = guest.actor.participant_id
    await stage.done(c.SetRole(participant_id=subject, role=Role.MODERATOR), host.actor)
    await guest.until(lambda g: b"hanna@example.org" in b"".join(g.frames))
    await stage.done(c.SetRole(participant_id=subject, role=Role.VIEWER), host.actor)
    after = len(guest.frames)
    await stage.done(c.RaiseHand(), host.actor)
    await guest.until(lambda g: g.view is not None and g.view.counts.raised_hands == 1)
    assert b"@example.org" not in b"".join(guest.frames[after:])


async def test_names_give_way_to_counts_above_the_limit(stage: Stage) -> None:
    await stage.make_room(names_up_to=2)
    link = await stage.make_link()
    host = await stage.enter_host()
    await stage.done(c.StartSession(), host.actor)
    guest = await stage.enter_guest(link, "Gus", Window())
    await guest.until(lambda g: g.view is not None and Group.VIEWERS in g.view.groups)
    await stage.enter_guest(link, "Fay")
    await guest.until(lambda g: g.view is not None and g.view.counts.all == 3)
    await guest.until(lambda g: g.view is not None and Group.VIEWERS not in g.view.groups)


async def test_a_search_follows_what_changes(stage: Stage) -> None:
    host, people = await opened(stage, 4)
    room = await stage.hub.room(stage.room_id)
    assert room is not None
    room.watch(host.watcher, Window(groups={Group.VIEWERS: Range()}, search="zoé"))
    await host.until(lambda h: h.view is not None and h.view.matches is not None)
    await stage.done(c.Rename(name="Zoe Zed"), people[0].actor)
    await host.until(
        lambda h: (
            h.view is not None
            and h.view.matches is not None
            and [row.name for row in h.view.groups[Group.VIEWERS].rows] == ["Zoe Zed"]
        )
    )


async def test_a_frame_that_cannot_be_made_harms_only_those_it_is_for(stage: Stage) -> None:
    host, people = await opened(stage, 2, SMALL)
    made = Cohort.frame_for

    def fails_for_the_room(cohort: Cohort, watcher: Watcher) -> bytes | None:
        if cohort.key.audience is Audience.ROOM:
            raise ZeroDivisionError
        return made(cohort, watcher)

    with patch.object(Cohort, "frame_for", fails_for_the_room):
        await stage.done(c.Rename(name="Zed"), people[0].actor)
        for guest in people:
            await guest.until(lambda one: one.is_closed)
            assert guest.watcher.close_code == REFUSALS[ErrorCode.INTERNAL].close
    await host.until(lambda one: "Zed" in str(one.view))
    assert not host.is_closed


async def test_who_gets_other_rights_while_a_crowd_is_written_to_gets_no_late_frame(
    stage: Stage,
) -> None:
    host, people = await opened(stage, 3, Window())
    await stage.done(c.SetRole(participant_id=people[0].id, role=Role.MODERATOR), host.actor)
    await people[0].until(lambda g: b"hanna@example.org" in b"".join(g.frames))

    def subject_role(one: Client) -> Role:
        assert one.view is not None
        [row] = [r for g in one.view.groups.values() for r in g.rows if r.id == people[0].id]
        return row.role

    old, subject = host.watcher.cohort, people[0].watcher
    assert old is not None
    assert subject.cohort is old
    listed = list(old.members)
    await stage.done(c.SetRole(participant_id=subject.participant_id, role=Role.VIEWER), host.actor)
    new = subject.cohort
    assert new is not old
    assert new is not None
    # Its newest view has, by chance, the number of the one before in the old cohort.
    await people[0].until(lambda one: one.watcher.seen == new.serial)
    await host.until(lambda one: subject_role(one) is Role.VIEWER)
    subject.seen = new.serial = old.serial - 1
    after = len(people[0].frames)
    old.wake(listed)
    assert len(people[0].frames) == after
