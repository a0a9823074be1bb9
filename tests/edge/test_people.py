"""One person's data over HTTP: who may ask, what happens to somebody inside, and by itself."""

import json

import pytest

from protocol import commands as c
from protocol.ids import AccountId, RoomId
from protocol.messages import Snapshot
from protocol.roles import EntryKind
from protocol.views import Window
from server.core.actors import PlatformActor
from server.core.consents import consent_version
from server.core.evolve import session as evolve_session
from server.core.rules.erasure import people_in
from server.hub import draft
from server.hub.checkpoints import Checkpoints
from server.hub.room import Settled
from server.store.interface import START
from tests.edge.house import House
from tests.edge.lines import line

DAY_MS = 86_400_000
GIL = {"email": "gil@guests.example"}


@pytest.mark.parametrize("path", ["/people/export", "/people/erase"])
async def test_only_a_key_with_the_scope_asks_for_a_persons_data(house: House, path: str) -> None:
    await house.make_open()
    host, other = await house.signed_in(), await house.platform("entries", "tokens", "read")
    await host.refused("not_signed_in", "POST", path, GIL)
    await other.refused("not_allowed", "POST", path, GIL)
    platform = await house.platform("people")
    for body in ({}, {"email": "x"}, GIL | {"account_id": "a"}, {"email": "no address"}):
        await platform.refused("bad_request", "POST", path, body)
    # Whether somebody is known is for the reply to say, not for the status.
    await platform.done("POST", path, {"email": "nobody@else.example"})


async def test_somebody_inside_is_let_go_and_nobody_is_shown_without_a_name(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser, admitted = await house.guest(token)
    platform = await house.platform("people")
    async with line(house, session, browser=browser) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        erased = await platform.done("POST", "/people/erase", GIL)
        assert await guest.end() == (None, 1000)
    assert erased["entries"] == 1
    state = await house.state()
    assert not any(one.email for one in people_in(state) if one.id in erased["person_ids"])
    # The ticket that they still have opens nothing; the form does, as for somebody new.
    answer = await browser.call("GET", f"/sessions/{session}")
    assert "Gil" not in answer.text
    form = {"token": token, "name": "Gil", **GIL}
    again = await browser.done("POST", "/doors/guest", form)
    assert again["participant_id"] != admitted["participant_id"]
    assert "Gil" in {one.name for one in people_in(await house.state())}


async def test_what_is_shown_of_a_person_has_nobody_else_in_it(house: House) -> None:
    await house.make_open()
    _, token = await house.make_link()
    await house.guest(token, "Gil")
    await house.guest(token, "Otto")
    await house.invite("gil@guests.example", "speaker")
    held = await (await house.platform("people")).done("POST", "/people/export", GIL)
    [entry] = held["entries"]
    assert [one["name"] for one in entry["presences"]] == ["Gil"]
    assert [one["email"] for one in entry["invitations"]] == ["gil@guests.example"]
    assert "Otto" not in json.dumps(held)
    assert "Hanna" not in json.dumps(held)


async def test_every_entry_is_searched_also_those_that_nobody_has_open(house: House) -> None:
    await house.make_open()
    other = RoomId("e_other")
    owner = c.Owner(account_id=AccountId("gil"), name="Gil", email="gil@guests.example")
    made = c.CreateEntry(kind=EntryKind.VIDEO, name="Film", owner=owner)
    platform = await house.platform("people", "entries")
    outcome = await house.hub.ask(other, made, PlatformActor(key_id="k"))
    assert isinstance(outcome, Settled)
    room = await house.hub.room(other)
    assert room is not None
    house.hub.put_away(room)
    held = await platform.done("POST", "/people/export", GIL)
    assert [(one["entry_id"], one["part"]) for one in held["entries"]] == [(other, "owner")]
    assert other not in {one.id for one in house.hub.rooms}


async def test_an_erasure_that_was_cut_short_is_finished_when_it_is_repeated(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.make_open()
    _, token = await house.make_link()
    await house.guest(token)
    platform = await house.platform("people")
    saving = Checkpoints.save

    async def not_now(_self: Checkpoints) -> bool:
        return False

    monkeypatch.setattr(Checkpoints, "save", not_now)
    await platform.refused("overloaded", "POST", "/people/erase", GIL)
    monkeypatch.setattr(Checkpoints, "save", saving)
    again = await platform.done("POST", "/people/erase", GIL)

    assert again["entries"] == 0
    page = await house.hub.stores.journal.read(house.room, START)
    assert not page.records


async def test_records_are_kept_again_after_the_checkpoint_of_an_erasure(house: House) -> None:
    """Replicas that lag a little would have to start anew for ever."""
    await house.make_open()
    _, token = await house.make_link()
    await house.guest(token)
    await (await house.platform("people")).done("POST", "/people/erase", GIL)
    room = await house.hub.room(house.room)
    assert room is not None
    for is_locked in (True, False):
        await house.asked(c.SetLock(is_locked=is_locked))
    assert await room.save_checkpoint()

    page = await house.hub.stores.journal.read(house.room, START)
    assert len(page.records) == 2


async def test_the_guests_of_a_session_too_old_for_the_list_are_forgotten(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evolve_session, "ENDS_KEPT", 2)
    monkeypatch.setattr(draft, "ENDS_KEPT", 2)
    _, token = (await house.make_open(), await house.make_link())[1]
    sessions = []
    for name in ("Gil", "Otto", "Pia", "Quin"):
        state = await house.state()
        assert state.session is not None
        sessions.append(state.session.id)
        browser, _ = await house.guest(token, name)
        async with line(house, state.session.id, browser=browser) as guest:
            await guest.hello(Window())
            await guest.hear(Snapshot)
        await house.asked(c.EndSession())
        await house.asked(c.StartSession())

    records = [await house.directory.attendance(house.room, one) for one in sessions]
    names = [[who.person.name for who in one.people] if one else None for one in records]
    assert names == [[""], [""], ["Pia"], ["Quin"]]


async def test_names_of_guests_go_by_themselves_from_records_and_the_log(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser, _ = await house.guest(token)
    async with line(house, session, browser=browser) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
    await house.asked(c.EndSession())
    await house.asked(c.StartSession())
    host = await house.signed_in()
    path = f"/sessions/{session}/attendance"
    assert "gil@guests.example" in (await host.call("GET", path)).text

    house.clock.ahead_ms += 365 * DAY_MS + 1
    [room] = house.hub.rooms
    room.wake()
    await house.until(lambda state: state.names_erased_to > 0)
    journal = house.hub.stores.journal
    # No record of before is left, and the checkpoint names no guest.
    await house.until(lambda _state: room.replica.checkpoint == room.replica.position)
    page = await journal.read(house.room, START)
    assert "Gil" not in repr(page.records)
    loaded = await journal.load(house.room)
    assert loaded.state is not None
    assert "Gil" not in repr(loaded.state)
    host = await house.signed_in()
    answer = await host.call("GET", path)
    assert "gil@guests.example" not in answer.text
    assert answer.json()["people"][0]["intervals"]


async def test_a_guest_agrees_to_the_text_and_that_is_exported(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    settings = (await house.state()).settings.model_copy(update={"consent": "Be kind."})
    await house.asked(c.EditSettings(settings=settings, only=("consent",)))
    browser = await house.browser()
    form = {"token": token, "name": "Gil", **GIL}
    await browser.refused("consent_required", "POST", "/doors/guest", form)
    door = await browser.done("POST", "/doors/guest/look", {"token": token})
    version = consent_version("Be kind.")
    assert (door["consent"], door["consent_version"]) == ("Be kind.", version)
    await browser.done("POST", "/doors/guest", form | {"consent": version})
    async with line(house, session, browser=browser) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
    held = await (await house.platform("people")).done("POST", "/people/export", GIL)
    [presence] = held["entries"][0]["presences"]
    assert (presence["consent"], presence["consent_text"]) == (version, "Be kind.")
    host = await house.signed_in()
    record = await host.done("GET", f"/sessions/{session}/attendance")
    assert record["people"][0]["consent"] == version
    assert record["people"][0]["consented_at"] == presence["consented_at"]
    answer = await host.call("GET", f"/sessions/{session}/attendance?format=csv")
    assert version in answer.text
