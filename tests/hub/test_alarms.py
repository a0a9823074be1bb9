from server.hub.alarms import Alarms
from tests.hub.conftest import Stage


async def test_an_alarm_stands_for_each_seat_and_none_for_those_who_are_here(stage: Stage) -> None:
    await stage.make_room()
    link = await stage.make_link()
    admitted = await stage.redeem(link, "Gus", "d-Gus")
    state = await stage.state()
    seat = state.participants[admitted["participant_id"]]  # type: ignore[index]
    alarms = Alarms(state)
    assert alarms.next_at(state) == seat.expires_at
    await stage.connect(admitted, "d-Gus")
    assert alarms.next_at(await stage.state()) is None


async def test_what_is_due_is_taken_once_and_can_be_put_back(stage: Stage) -> None:
    await stage.make_room()
    link = await stage.make_link()
    admitted = await stage.redeem(link, "Gus", "d-Gus")
    state = await stage.state()
    alarms = Alarms(state)
    moment = alarms.next_at(state)
    assert moment is not None
    assert alarms.due(moment - 1) == ()
    due = alarms.due(moment)
    assert due == (admitted["participant_id"],)
    assert alarms.due(moment) == ()
    alarms.put_back(state, due)
    assert alarms.next_at(state) == moment


async def test_somebody_who_flaps_leaves_no_pile_of_alarms(stage: Stage) -> None:
    await stage.make_room()
    link = await stage.make_link()
    admitted = await stage.redeem(link, "Gus", "d-Gus")
    for _ in range(20):
        client = await stage.connect(admitted, "d-Gus")
        await stage.drop(client)
        await stage.until(lambda s: not any(p.connections for p in s.participants.values()))
    state = await stage.state()
    alarms = Alarms(state)
    assert len(alarms.due(alarms.next_at(state) or 0)) == 1
