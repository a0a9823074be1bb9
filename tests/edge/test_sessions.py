"""What is read of a session."""

from protocol import commands as c
from protocol.ids import ParticipantId
from protocol.messages import Snapshot
from protocol.roles import Part
from protocol.settings import EntrySettings
from protocol.views import Window
from tests.edge.house import House
from tests.edge.lines import line


async def test_ones_own_state_needs_the_ticket_of_that_session(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser, admitted = await house.guest(token)

    own = await browser.done("GET", f"/sessions/{session}")

    assert own["participant_id"] == admitted["participant_id"]
    other = await house.browser()
    await other.refused("ticket_invalid", "GET", f"/sessions/{session}")
    await browser.refused("ticket_invalid", "GET", f"/sessions/{house.room}.s_other")
    await house.asked(c.Remove(participant_id=ParticipantId(admitted["participant_id"])))
    await browser.refused("removed", "GET", f"/sessions/{session}")
    await house.asked(c.EndSession())
    await browser.refused("session_ended", "GET", f"/sessions/{session}")


async def test_who_waits_reads_what_the_gate_shows_and_no_more(house: House) -> None:
    session = await house.make_open(settings=EntrySettings(approve_guests=True))
    _, token = await house.make_link()
    waiting, _ = await house.guest(token)

    own = await waiting.done("GET", f"/sessions/{session}")

    assert (own["gate"], own["wait_reason"], own["rights"]) == ("waiting_room", "approval", [])
    for path in ("counts", "attendance"):
        await waiting.refused("not_allowed", "GET", f"/sessions/{session}/{path}")


async def test_counts_are_for_those_inside_and_those_with_a_part(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser, _ = await house.guest(token)
    host, reader = await house.signed_in(), await house.platform("read")
    stranger, viewer = await house.browser(), await house.account("Eve", Part.CO_VIEWER)
    path = f"/sessions/{session}/counts"

    await browser.refused("not_allowed", "GET", path)
    async with line(house, session, browser=browser) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        mine = await browser.done("GET", path)
        theirs = await host.done("GET", path)
        assert await reader.done("GET", path) == theirs

    assert mine == {"all": 1, "raised_hands": 0, "on_stage": 0, "viewers": 1}
    assert theirs == mine | {"waiting": 0, "invited": 0}
    await stranger.refused("not_signed_in", "GET", path)
    await viewer.refused("not_allowed", "GET", path)
    await host.refused("session_ended", "GET", f"/sessions/{house.room}.s_old/counts")
