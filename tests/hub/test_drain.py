from server.hub.drain import FIRST_MS, LAST_MS
from tests.hub.conftest import Stage


async def test_everybody_is_told_to_come_back_at_a_time_of_their_own(stage: Stage) -> None:
    await stage.make_room()
    link = await stage.make_link()
    guests = [await stage.enter_guest(link, f"G{n}") for n in range(8)]
    await stage.hub.stop()
    hints = set()
    for guest in guests:
        await guest.until(lambda g: g.is_closed)
        assert guest.goodbye is not None
        assert guest.goodbye.problem.again
        hints.add(guest.goodbye.problem.retry_after_ms)
    assert len(hints) > 1
    assert all(hint is not None and FIRST_MS <= hint <= LAST_MS + FIRST_MS for hint in hints)
