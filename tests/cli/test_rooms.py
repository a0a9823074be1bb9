import json
from pathlib import Path
from typing import Any

from tests.running import RunningServer

ROOM = "e_demo-room"


async def done(server: RunningServer, *arguments: str) -> Any:
    code, out, said = await server.usher(*arguments)
    assert code == 0, said
    return json.loads(out)


async def test_inviting_prints_the_link_and_the_ledger_shows_it(server: RunningServer) -> None:
    [made] = await done(
        server, "invite", "send", ROOM, "ada@example.org", "--type", "speaker", "--no-mail"
    )
    assert "/join#i." in made["url"]
    [row] = await done(server, "invite", "list", ROOM)
    assert (row["email"], row["invitation_type"]) == ("ada@example.org", "speaker")
    again = await done(server, "invite", "link", ROOM, made["invitation_id"])
    assert again["url"] == made["url"]
    await done(server, "invite", "change", ROOM, made["invitation_id"], "--type", "viewer")
    await done(server, "invite", "revoke", ROOM, made["invitation_id"])
    [row] = await done(server, "invite", "list", ROOM)
    assert row["state"] == "revoked"


async def test_one_bad_row_of_a_list_stops_all_of_it(server: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("ada@example.org,Ada\nnot an address,Bob\n")
    code, _, said = await server.usher("invite", "csv", ROOM, str(file), "--type", "viewer")
    assert code == 1
    assert json.loads(said)[0]["line"] == 2
    assert await done(server, "invite", "list", ROOM) == []
    file.write_text("ada@example.org,Ada\nbob@example.org,Bob\n")
    await done(server, "invite", "csv", ROOM, str(file), "--type", "viewer", "--no-mail")
    assert len(await done(server, "invite", "list", ROOM)) == 2


async def test_a_session_is_started_locked_and_ended(server: RunningServer) -> None:
    await done(server, "room", "start", ROOM)
    await done(server, "room", "lock", ROOM)
    await done(server, "room", "lock", ROOM, "--off")
    await done(server, "room", "stage", ROOM, "everyone")
    assert (await done(server, "room", "show", ROOM))["state"] == "open"
    await done(server, "room", "end", ROOM, "--yes")
    assert (await done(server, "room", "show", ROOM))["state"] == "ended"
