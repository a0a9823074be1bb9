"""What whoever starts a server is handed: a way in at first, and a key for the command line."""

import json
from pathlib import Path

from tests.redis_servers import redis_server
from tests.running import RunningServer, running_server


async def test_a_way_in_is_printed_until_somebody_has_signed_in_as_operator(tmp_path: Path) -> None:
    server = RunningServer(tmp_path)
    for _ in range(2):
        await server.start()
        first, server.host_url = server.host_url, ""
        assert "/sign-in#" in first
        await server.stop()
    server.host_url = ""
    await server.start()
    async with server.http() as host:
        await server.sign_in(host)
    await server.stop()

    server.host_url = ""
    await server.start()
    said = server.host_url
    async with server.http() as host:
        await server.sign_in_again(host)
    await server.stop()

    assert said == ""


async def test_nodes_on_redis_leave_no_key_behind_until_the_command_line_is_used(
    tmp_path: Path,
) -> None:
    async with (
        redis_server(tmp_path / "redis") as redis,
        running_server(tmp_path, {"REDIS_URL": redis.url}) as server,
    ):
        code, out, err = await server.usher("key", "list")
        assert (code, json.loads(out)) == (0, []), err
        assert not (tmp_path / "data" / "operator.key").exists()

        for _ in range(2):
            code, out, err = await server.usher("entry", "list")
            assert (code, bool(json.loads(out))) == (0, True), err
        assert ((tmp_path / "data" / "operator.key").stat().st_mode & 0o777) == 0o600
        code, out, err = await server.usher("key", "list")
        assert [one["name"] for one in json.loads(out)] == ["this machine"]

        # Beside no node, where there is no folder yet.
        keys = {"USHER_KEYS": str(tmp_path / "data" / "keys.json"), "USHER_URL": server.url}
        elsewhere = RunningServer(tmp_path / "elsewhere", {"REDIS_URL": redis.url, **keys})
        code, out, err = await elsewhere.usher("entry", "list")
        assert (code, bool(json.loads(out))) == (0, True), err
