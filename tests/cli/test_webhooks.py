import json
from typing import Any

from tests.integrations.receiver import receiving
from tests.running import RunningServer


async def done(server: RunningServer, *arguments: str) -> Any:
    code, out, said = await server.usher("webhook", *arguments)
    assert code == 0, said
    return json.loads(out)


async def test_a_webhook_lives_its_life_on_the_command_line(server: RunningServer) -> None:
    async with receiving() as receiver:
        made = await done(server, "create", receiver.url, "--topic", "session.started")
        # The server was not told that it may call inner addresses.
        tried = await done(server, "test", made["id"])
        assert tried["problem"] == "inner_address"
        assert receiver.received == []
    assert await done(server, "list") == [made]
    assert [one["topic"] for one in await done(server, "log", made["id"])] == ["test"]
    assert (await done(server, "pause", made["id"]))["state"] == "paused"
    assert (await done(server, "pause", made["id"], "--off"))["state"] == "active"
    assert await done(server, "replay", made["id"], "e_demo-room") == {"messages": 0}
    await done(server, "delete", made["id"])
    assert await done(server, "list") == []
