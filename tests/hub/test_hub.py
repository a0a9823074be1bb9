from protocol import commands as c
from protocol.roles import Group, Role
from tests.hub.conftest import Stage


async def test_a_guest_who_enters_is_seen_by_the_host_and_a_raised_hand_moves_the_row(
    stage: Stage,
) -> None:
    await stage.make_room()
    link = await stage.make_link()
    host = await stage.enter_host()
    await stage.done(c.StartSession(), host.actor)
    guest = await stage.enter_guest(link, "Gus")
    await host.until(lambda h: h.view is not None and h.view.counts.all == 2)
    await stage.done(c.RaiseHand(), guest.actor)
    await host.until(lambda h: h.view is not None and h.view.counts.raised_hands == 1)
    assert host.view is not None
    assert [row.name for row in host.view.groups[Group.RAISED_HANDS].rows] == ["Gus"]


async def test_a_promotion_reaches_the_promoted_with_a_notice_and_the_staff_surfaces(
    stage: Stage,
) -> None:
    await stage.make_room()
    link = await stage.make_link()
    host = await stage.enter_host()
    await stage.done(c.StartSession(), host.actor)
    guest = await stage.enter_guest(link, "Gus")
    await stage.done(
        c.SetRole(participant_id=guest.actor.participant_id, role=Role.MODERATOR), host.actor
    )
    await guest.until(lambda g: g.you is not None and g.you.role is Role.MODERATOR)
    await guest.until(lambda g: [n.role for n in g.notices] == ["moderator"])


async def test_a_node_is_ready_while_it_has_its_lease_and_its_store(stage: Stage) -> None:
    assert await stage.hub.why_not_ready() == []
    stage.store.cannot_read = True
    assert await stage.hub.why_not_ready() == ["store"]
    stage.store.cannot_read = False
    await stage.hub.stop()
    assert await stage.hub.why_not_ready() == ["draining"]
