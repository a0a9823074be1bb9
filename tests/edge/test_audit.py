"""The audit log over HTTP: who may read it, what it says, and that tampering with it is found."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from protocol import commands as c
from protocol.audit import AuditExport
from protocol.ids import ParticipantId
from protocol.messages import Snapshot
from protocol.roles import Part, Right, Role
from protocol.settings import EntrySettings
from protocol.views import Window
from server.core import events as e
from server.core.audit import names_guests
from server.core.chain import Break, Line, find_break, head_of
from server.core.exported_chain import lines_of
from server.hub.audit_rows import AUDIT, audit_lines_kept, key_of
from server.hub.forgetting import DUE, Forgetting, forgetting_put
from server.store.interface import Put
from tests.edge.browsers import Browser
from tests.edge.house import House
from tests.edge.lines import line

FORMS = ("audit", "audit/check", "audit/export", "audit/export?format=csv")


async def filled(house: House, name: str = "=Gil") -> str:
    """Make a session in which a guest was raised and removed; give the guest's id."""
    session = await house.make_open()
    _, token = await house.make_link()
    browser, admitted = await house.guest(token, name)
    one = ParticipantId(admitted["participant_id"])
    async with line(house, session, browser=browser) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        await house.asked(c.SetRole(participant_id=one, role=Role.SPEAKER))
        await house.asked(c.Remove(participant_id=one))
        await guest.end()
    return one


async def actions(browser: Browser, house: House, query: str = "") -> list[str]:
    page = await browser.done("GET", f"/entries/{house.room}/audit{query}")
    return [one["action"] for one in page["lines"]]


async def test_who_did_what_to_whom_is_read_newest_first(house: House) -> None:
    guest = await filled(house)
    host = await house.signed_in()
    page = await host.done("GET", f"/entries/{house.room}/audit")
    removed, raised, *_ = page["lines"]
    assert (removed["action"], raised["action"]) == ("removed", "role_changed")
    assert removed["by"]["name"] == "Hanna"
    [about] = removed["about"]
    assert (about["id"], about["name"], about["is_guest"]) == (f"participant:{guest}", "=Gil", True)
    assert raised["facts"] == {"before": "viewer", "after": "speaker"}
    assert removed["previous"] == raised["digest"]
    assert page["is_whole"]
    assert [one["action"] for one in page["lines"]][-1] == "entry_created"


async def test_older_lines_come_by_stretches(house: House) -> None:
    await filled(house)
    host = await house.signed_in()
    everything = await actions(host, house)
    found: list[str] = []
    query = "?limit=2"
    while query:
        page = await host.done("GET", f"/entries/{house.room}/audit{query}")
        found += [one["action"] for one in page["lines"]]
        following = page.get("next")
        query = f"?limit=2&before={following}" if following else ""
    assert found == everything
    for bad in ("?before=x", "?before=-1", "?limit=0"):
        await host.refused("bad_request", "GET", f"/entries/{house.room}/audit{bad}")


async def test_the_audit_log_is_for_those_who_may_export_and_see_staff(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    guest, admitted = await house.guest(token)
    one = ParticipantId(admitted["participant_id"])
    publisher = await house.account("Pia", Part.CO_PUBLISHER)
    viewer, host = await house.account("Eve", Part.CO_VIEWER), await house.signed_in()
    other = await house.account("Otto")
    blind, reader = await house.platform("tokens"), await house.platform("read")
    stranger = await house.browser()
    async with line(house, session, browser=guest) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        await house.asked(c.SetRights(participant_id=one, granted=(Right.EXPORT,)))
        for form in FORMS:
            path = f"/entries/{house.room}/{form}"
            for nobody in (viewer, other, blind, guest):
                await nobody.refused("not_allowed", "GET", path)
            await stranger.refused("not_signed_in", "GET", path)
            for somebody in (host, publisher, reader):
                assert (await somebody.call("GET", path)).status_code == 200
            await host.refused("not_found", "GET", f"/entries/e_none/{form}")


async def test_a_moderator_by_link_reads_their_own_session_and_no_other(house: House) -> None:
    await filled(house, "Ann")
    await house.asked(c.EndSession())
    await house.asked(c.StartSession())
    state = await house.state()
    assert state.session is not None
    session = state.session.id
    _, token = await house.make_link("Second")
    mona, admitted = await house.guest(token, "Mona")
    one = ParticipantId(admitted["participant_id"])
    path = f"/entries/{house.room}/audit"
    async with line(house, session, browser=mona) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        await mona.refused("not_allowed", "GET", path)
        await house.asked(c.SetRole(participant_id=one, role=Role.MODERATOR))
        page = await mona.done("GET", path)
        exported = (await mona.call("GET", f"{path}/export")).json()
        await mona.refused("not_allowed", "GET", f"{path}/check")
        await house.asked(c.SetRole(participant_id=one, role=Role.VIEWER, even_if_last=True))
        await mona.refused("not_allowed", "GET", path)
    for found in (page, exported):
        assert not found["is_whole"]
        assert {one["session_id"] for one in found["lines"]} == {session}
        assert "Ann" not in json.dumps(found)
    assert "next" not in page


async def test_no_address_is_shown_that_is_closed_to_the_reader_elsewhere(house: House) -> None:
    session = await house.make_open(settings=EntrySettings(moderators_may_invite=False))
    host = await house.signed_in()
    await house.invite(
        "ivo@example.org", invitees=[{"email": "ivo@example.org", "first_name": "Ivo"}]
    )
    await house.account("Cleo", Part.CO_VIEWER)
    _, token = await house.make_link()
    mona, admitted = await house.guest(token, "Mona")
    one = ParticipantId(admitted["participant_id"])
    path = f"/entries/{house.room}/audit"
    async with line(house, session, browser=mona) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        await house.asked(c.SetRole(participant_id=one, role=Role.MODERATOR))
        await mona.refused("not_allowed", "GET", f"/entries/{house.room}/invitations")
        await mona.refused("not_allowed", "GET", f"/entries/{house.room}/collaborators")
        exports = [
            (await mona.call("GET", f"{path}/export?format={f}")).text for f in ("json", "csv")
        ]
        shown = json.dumps(await mona.done("GET", path))
    for text in (shown, *exports):
        assert "Ivo" in text
        assert "Cleo" in text
        assert "ivo@" not in text
        assert "cleo@" not in text
    [invited] = about(json.loads(shown), "invitation_made")
    assert invited["is_withheld"]
    assert invited["seal"]
    assert not invited["salt"]
    told = AuditExport.model_validate_json(exports[0])
    lines = lines_of(told)
    assert find_break(lines, head_of(lines[-1]), now=lines[0].previous_kept_until) is None
    [whole] = about(await host.done("GET", path), "invitation_made")
    assert whole["email"] == "ivo@example.org"
    assert not whole["is_withheld"]


def about(page: Any, action: str) -> Any:
    return next(one["about"] for one in page["lines"] if one["action"] == action)


async def test_who_deleted_an_entry_is_still_read_by_those_who_answer_for_it(house: House) -> None:
    await filled(house)
    other, viewer = await house.account("Otto"), await house.account("Eve", Part.CO_VIEWER)
    host, platform = await house.signed_in(), await house.platform("read")
    await house.asked(c.DeleteEntry())
    for form in FORMS:
        path = f"/entries/{house.room}/{form}"
        for reader in (host, platform):
            assert (await reader.call("GET", path)).status_code == 200
        for nobody in (other, viewer):
            await nobody.refused("not_found", "GET", path)
    page = await platform.done("GET", f"/entries/{house.room}/audit")
    deleted = next(one for one in page["lines"] if one["action"] == "entry_deleted")
    assert deleted["by"]["name"] == "Hanna"


async def test_exports_are_noted_and_harmless(house: House) -> None:
    await filled(house)
    host = await house.signed_in()
    path = f"/entries/{house.room}/audit/export"
    before = len(await actions(host, house))
    assert (await host.call("HEAD", path)).status_code == 200
    assert len(await actions(host, house)) == before
    answer = await host.call("GET", f"{path}?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="audit-{house.room}.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["action"] for row in rows][-3:] == ["role_changed", "removed", "audit_exported"]
    assert rows[-2]["about"] == "'=Gil"
    assert rows[-2]["by_email"] == "hanna@example.org"
    answer = await host.call("GET", path)
    told = answer.json()
    assert [one["number"] for one in told["lines"]] == list(range(1, len(told["lines"]) + 1))
    assert told["lines"][-1]["facts"] == {"format": "json"}
    await host.refused("bad_request", "GET", f"{path}?format=xml")
    # Whoever has the export can check it, without the server.
    assert broken_in(answer.text) is None
    assert broken_in(answer.text.replace('"=Gil"', '"=Bob"')) is not None
    assert broken_in(answer.text.replace('"removed"', '"admitted"')) is not None


def broken_in(text: str) -> Break | None:
    lines = lines_of(AuditExport.model_validate_json(text))
    return find_break(lines, head_of(lines[-1]), now=0)


async def test_who_takes_the_attendance_away_is_noted_and_looking_is_not(house: House) -> None:
    await filled(house)
    host = await house.signed_in()
    session = (await house.state()).session
    assert session is not None
    path = f"/sessions/{session.id}/attendance"
    await host.done("GET", f"{path}/summary")
    await host.done("GET", f"{path}/people")
    assert (await actions(host, house))[0] == "removed"
    await host.call("GET", f"{path}?format=csv")
    page = await host.done("GET", f"/entries/{house.room}/audit?limit=1")
    [newest] = page["lines"]
    assert newest["action"] == "attendance_exported"
    assert newest["facts"] == {"session_id": session.id, "format": "csv"}
    assert newest["by"]["name"] == "Hanna"


async def checked(house: House) -> Any:
    host = await house.signed_in()
    return await host.done("GET", f"/entries/{house.room}/audit/check")


async def test_an_untouched_log_is_intact_also_behind_a_checkpoint(house: House) -> None:
    await filled(house)
    opened = await house.hub.room(house.room)
    assert opened is not None
    await opened.save_checkpoint()
    found = await checked(house)
    state = await house.state()
    assert found["is_intact"]
    assert (found["first"], found["last"]) == (1, state.audit.number)
    assert found["head"] == state.audit.digest
    assert found["lines"] == state.audit.number


@pytest.mark.parametrize("what", ["changed", "dropped", "swapped", "put in"])
async def test_what_was_done_to_the_store_is_found(
    house: House, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.edge.audit.CHECK_AGAIN_S", 0)
    await filled(house)
    store, room = house.hub.stores.store, house.room
    rows = await store.scan(AUDIT, 0)
    (first, one), (second, other) = rows[-2:]
    archive = house.hub.stores.audit
    [forged] = await archive.unpack_small([one])
    [bent] = await archive.pack_small([without_facts(forged)])
    puts = {
        "changed": [Put(table=AUDIT, key=first, value=bent)],
        "dropped": [Put(table=AUDIT, key=first, value=None)],
        "swapped": [
            Put(table=AUDIT, key=first, value=other),
            Put(table=AUDIT, key=second, value=one),
        ],
        "put in": [Put(table=AUDIT, key=key_of(room, len(rows) + 1), value=one)],
    }
    await store.put(puts[what])
    found = await checked(house)
    assert not found["is_intact"]
    assert found["broken_at"] is not None
    assert found["problem"]


async def test_a_damaged_line_is_found_and_hides_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.edge.audit.CHECK_AGAIN_S", 0)
    await filled(house, "Zebedee")
    stores, room = house.hub.stores, house.room
    [(key, _)] = await stores.store.scan(AUDIT, 0, after=key_of(room, 1), limit=1)
    await stores.store.put([Put(table=AUDIT, key=key, value=b"\xff torn")])
    found = await checked(house)
    assert (found["broken_at"], found["problem"]) == (2, "changed")
    newest = (await house.state()).audit.number
    assert (found["lines"], found["first"], found["last"]) == (newest, 1, newest)
    host = await house.signed_in()
    path = f"/entries/{room}/audit"
    page = await host.done("GET", path)
    assert [one["number"] for one in page["lines"]] == list(range(newest, 0, -1))
    assert page["lines"][-2]["action"] == "unreadable"
    exported = await host.call("GET", f"{path}/export")
    assert broken_in(exported.text) == Break(number=2, problem="changed")
    csv_rows = (await host.call("GET", f"{path}/export?format=csv")).text.splitlines()
    assert csv_rows[2].startswith("2,")
    await forgotten(house)
    assert "ebedee" not in (await host.call("GET", path)).text


async def forgotten(house: House) -> None:
    """Have the names of guests kept for long enough by now."""
    hub = house.hub
    event = e.GuestsErased(before=house.clock())
    newest = (await house.state()).audit.number
    await hub.stores.store.put([forgetting_put(event, house.room, newest)])
    await Forgetting(hub.stores, hub.settings, hub.world).look()
    assert not await hub.stores.store.scan(DUE, 0)


def without_facts(one: Any) -> Any:
    return replace(one, facts=())


async def test_an_erased_person_is_in_no_line_and_the_chain_holds(house: House) -> None:
    await filled(house, "Zebedee")
    platform = await house.platform("people")
    who = {"email": "zebedee@guests.example"}
    held = await platform.done("POST", "/people/export", who)
    assert held["entries"][0]["audit_lines"] == 2
    await platform.done("POST", "/people/erase", who)
    host = await house.signed_in()
    answer = await host.call("GET", f"/entries/{house.room}/audit/export")
    assert "ebedee" not in answer.text
    lines = answer.json()["lines"]
    assert "people_erased" in [one["action"] for one in lines]
    assert next(one for one in lines if one["action"] == "removed")["about"][0]["is_erased"]
    assert (await checked(house))["is_intact"]
    [held] = (await platform.done("POST", "/people/export", who))["entries"]
    assert "audit_lines" not in held or held["audit_lines"] == 0


async def test_guests_whose_names_were_kept_long_enough_are_written_out(house: House) -> None:
    await filled(house, "Zebedee")
    stores, now = house.hub.stores, house.clock()
    await forgotten(house)
    lines = [one async for one in audit_lines_kept(house.room, stores, now)]
    assert not any(isinstance(one, Line) and names_guests(one) for one in lines)
    host = await house.signed_in()
    answer = await host.call("GET", f"/entries/{house.room}/audit")
    assert "ebedee" not in answer.text
    assert "Hanna" in answer.text
    assert (await checked(house))["is_intact"]


async def test_no_line_is_read_that_nobody_has_appended(house: House) -> None:
    await filled(house)
    before = (await house.state()).audit
    host = await house.signed_in()
    await host.refused(
        "not_found", "POST", f"/entries/{house.room}/participants/pt_none/remove", {}
    )
    assert (await house.state()).audit == before
