"""A key of the server's ring takes the place of another: what is old works until it is retired."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from server.cli.local import key
from tests.erasing import ROOM
from tests.running import RunningServer


async def usher(server: RunningServer, *arguments: str) -> Any:
    code, out, err = await server.usher(*arguments)
    assert code == 0, err
    return json.loads(out)


async def restarted(server: RunningServer) -> None:
    await server.stop()
    await server.start()


async def works(server: RunningServer, http: httpx.AsyncClient, token: str) -> tuple[int, int]:
    """Try an old link and an old sign-in; give what the server says to each."""
    async with server.http() as stranger:
        look = await stranger.post("/doors/guest/look", json={"token": token})
    return look.status_code, (await http.get(f"/entries/{ROOM}/guest-access")).status_code


async def listed(server: RunningServer) -> list[str]:
    """List the keys that learning platforms are shown."""
    async with httpx.AsyncClient(base_url=server.url) as platform:
        return [one["kid"] for one in (await platform.get("/lti/jwks")).json()["keys"]]


@pytest.mark.timeout(180)
async def test_links_and_cookies_work_until_their_key_is_retired(
    server: RunningServer, tmp_path: Path
) -> None:
    async with server.http() as http:
        await server.sign_in(http)
        await http.put(f"/entries/{ROOM}/guest-access", json={"is_on": True})
        await http.post(f"/entries/{ROOM}/guest-links", json={"name": "Class"})
        access = (await http.get(f"/entries/{ROOM}/guest-access")).json()
        token = access["links"][0]["url"].partition("#g.")[2]
        shown_to_platforms = await listed(server)
        [first] = await usher(server, "keys", "list")

        rotated = await usher(server, "keys", "rotate")
        assert [one["id"] for one in rotated["keys"]][1] == first["id"]
        await restarted(server)
        assert await works(server, http, token) == (200, 200)

        retired = await usher(server, "keys", "retire", first["id"], "--yes")
        assert [one["id"] for one in retired["keys"]] != [first["id"]]
        assert retired["rewrapped"] > 0
        await restarted(server)
        assert await works(server, http, token) == (404, 401)
        # What platforms know us by was wrapped anew, too.
        assert await listed(server) == shown_to_platforms
    # Names were wrapped anew, and the command line has a key again.
    [owner] = [
        one
        for one in (await usher(server, "person", "export", "--account", "host"))["entries"]
        if one["entry_id"] == ROOM
    ]
    assert owner["part"] == "owner"
    assert (tmp_path / "data" / "keys.json").stat().st_mode & 0o777 == 0o600


async def test_a_key_too_many_is_refused_in_words(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server has made one of its own, which is there already.
    monkeypatch.setattr("server.edge.directory.MAX_KEYS", 2)
    env = {"USHER_DATA": str(tmp_path / "data"), "REDIS_URL": ""}
    first, second = [
        await asyncio.to_thread(CliRunner().invoke, key, ["create", "--name", name], env=env)
        for name in ("one", "two")
    ]

    assert first.exit_code == 0, first.output
    assert second.exit_code == 1
    problem = json.loads(second.stderr)
    assert problem["code"] == "too_large"
    assert "revoke one" in problem["sentence"]
    names = [one["name"] for one in await usher(server, "key", "list")]
    assert sorted(names) == ["one", "this machine"]
