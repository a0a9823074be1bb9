"""`usher person` against a real server on a file: everything is shown, and then nothing is left."""

import json
from pathlib import Path

import pytest

from server.store.sqlite import SqliteStore
from tests.erasing import EMAIL, NAME, ROOM, VIDEO, Traced, bytes_below, found, wrapped_keys
from tests.running import RunningServer


@pytest.mark.timeout(180)
async def test_a_person_is_shown_in_full_and_then_is_in_no_file(
    server: RunningServer, tmp_path: Path
) -> None:
    async with server.http() as http:
        await server.sign_in(http)
        traced = Traced(server, http)
        await traced.leave_traces()
        assert found(await traced.surfaces())

        code, out, err = await server.usher("person", "export", "--email", EMAIL.upper())
        assert code == 0, err
        held = json.loads(out)
        entries = {one["entry_id"]: one for one in held["entries"]}
        [presence] = entries[ROOM]["presences"]
        assert (presence["name"], presence["origin"]) == (NAME, "guest_link")
        assert presence["role_changes"][0]["after"] == "speaker"
        assert entries[ROOM]["blocks"][0]["email"] == EMAIL
        assert entries[VIDEO]["invitations"][0]["message"] == f"Dear {NAME}"
        assert entries[VIDEO]["part"] == "co_editor"
        assert [one["account_id"] for one in held["accounts"]] == ["lms-77"]
        assert "Zebedee" in held["mails"][0]["text"]

        data = tmp_path / "data"
        async with SqliteStore.open(data / "usher.sqlite3", exclusive=False) as store:
            keys = await wrapped_keys(store, held["person_ids"])
        assert keys
        assert all(key in bytes_below(data) for key in keys)

        code, out, err = await server.usher("person", "erase", "--email", EMAIL, "--yes")
        assert code == 0, err
        erased = json.loads(out)
        assert (erased["entries"], erased["accounts"], erased["mails"]) == (2, 1, 1)
        assert found(await traced.surfaces()) == []
        key = (data / "operator.key").read_text()
        bearer = {"Authorization": f"Bearer {key}"}
        answer = await http.post("/people/export", json={"email": EMAIL}, headers=bearer)
        assert found(answer.text) == []
        answer = await http.post("/people/erase", json={"email": EMAIL}, headers=bearer)
        again = answer.json()
        assert (again["entries"], again["accounts"], again["mails"]) == (0, 0, 0)
    await server.stop()
    left = bytes_below(tmp_path)
    assert found(left) == []
    assert not [key for key in keys if key in left]
    await server.start()
    async with server.http() as http:
        await server.sign_in_again(http)
        traced.host = http
        assert found(await traced.surfaces()) == []


@pytest.mark.timeout(180)
async def test_somebody_is_found_by_their_account_too(server: RunningServer) -> None:
    async with server.http() as http:
        await server.sign_in(http)
        traced = Traced(server, http)
        await traced.leave_traces()
    code, out, err = await server.usher("person", "erase", "--account", "lms-77", "--yes")
    assert code == 0, err
    assert json.loads(out)["entries"] == 2
    code, _, said = await server.usher("person", "export")
    assert code == 2
    assert "--email or --account" in said
