"""Ten thousand people at once: what is promised of one is promised of all of them."""

from dataclasses import replace

from protocol.ids import ConnectionId, ParticipantId
from protocol.roles import Presence
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER
from server.core.decide import Step, step
from server.core.evolve.parts import put
from tests.core.given import SECOND, Story
from tests.core.invariants import check_state

PEOPLE = 10_000


def test_ten_thousand_who_drop_at_once_and_come_back_are_never_seen_to_leave() -> None:
    """A cable is cut, and plugged in again: everybody is where they were, and counted once."""
    story = Story()
    guest = story.guest.now
    crowd = [ParticipantId(f"p_{number}") for number in range(PEOPLE)]
    before = story.state
    for one in crowd:
        line = replace(guest.connections[0], id=ConnectionId(f"k_{one}"))
        before = put(before, replace(guest, id=one, connections=(line,)))
    steps: list[Step] = []

    def asked(order: o.Order) -> None:
        state = steps[-1].state if steps else before
        steps.append(step(state, order, SERVER, story.env()))
        assert steps[-1].rejected is None

    lines = [(one, before.participants[one].connections[0]) for one in crowd]
    asked(o.CloseConnections(closed=tuple((one, line.id) for one, line in lines)))
    cut = steps[-1].state
    assert {cut.participants[one].presence for one in crowd} == {Presence.RECONNECTING}
    assert cut.places == before.places
    story.now += 5 * SECOND
    for one, line in lines:
        asked(
            o.OpenConnection(
                session_id=story.session.id,
                participant_id=one,
                connection_id=ConnectionId(f"again_{one}"),
                node_id=line.node_id,
                device_id=line.device_id,
            )
        )
    after = steps[-1].state

    events = [event for done in steps if done.record for event in done.record.events]
    assert not [event for event in events if isinstance(event, e.ParticipantLeft)]
    assert after.places == before.places
    for one in crowd:
        was, now = before.participants[one], after.participants[one]
        assert (now.presence, len(now.connections)) == (Presence.PRESENT, 1)
        assert (now.present_since, now.intervals) == (was.present_since, was.intervals)
    check_state(after)
