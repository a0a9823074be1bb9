import json
from typing import Any

from tests.running import RunningServer

ROOM = "e_demo-room"


async def done(server: RunningServer, *arguments: str) -> Any:
    code, out, said = await server.usher(*arguments)
    assert code == 0, said
    return json.loads(out)


async def test_an_entry_is_made_changed_and_deleted(server: RunningServer) -> None:
    made = await done(
        server,
        *("entry", "create", "--kind", "live_event", "--name", "Gala"),
        *("--starts", "2099-03-01T14:00Z", "--owner", "ada"),
        *("--owner-name", "Ada", "--owner-email", "ada@example.org"),
    )
    entry_id = made["result"]["entry_id"]
    await done(server, "entry", "edit", entry_id, "--name", "Gala evening")
    shown = await done(server, "entry", "show", entry_id)
    assert (shown["name"], shown["starts_at"]) == ("Gala evening", 4_076_056_800_000)
    await done(server, "entry", "delete", entry_id, "--yes")
    assert (await server.usher("entry", "show", entry_id))[0] == 1


async def test_a_moment_without_a_zone_is_wrong_usage(server: RunningServer) -> None:
    code, _, said = await server.usher("entry", "edit", ROOM, "--starts", "2099-03-01T14:00")
    assert code == 2
    assert "zone" in said


async def test_a_guest_link_lives_its_life_on_the_command_line(server: RunningServer) -> None:
    await done(server, "link", "on", ROOM)
    link_id = (await done(server, "link", "create", ROOM, "--name", "Open day", "--uses", "5"))[
        "result"
    ]["link_id"]

    async def shown() -> Any:
        access = await done(server, "link", "list", ROOM)
        return next(link for link in access["links"] if link["id"] == link_id)

    first = await shown()
    assert (first["state"], first["max_uses"]) == ("active", 5)
    await done(server, "link", "pause", ROOM, link_id)
    assert (await shown())["state"] == "paused"
    await done(server, "link", "pause", ROOM, link_id, "--off")
    await done(server, "link", "edit", ROOM, link_id, "--name", "Everybody", "--days", "2")
    await done(server, "link", "extend", ROOM, link_id, "--days", "3")
    await done(server, "link", "regenerate", ROOM, link_id)
    second = await shown()
    assert second["name"] == "Everybody"
    assert second["url"] != first["url"]
    await done(server, "link", "off", ROOM)
    assert (await shown())["state"] == "off"
    await done(server, "link", "delete", ROOM, link_id)
    assert (await done(server, "link", "list", ROOM))["links"] == []
