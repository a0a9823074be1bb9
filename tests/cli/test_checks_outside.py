"""Each way in which a Redis will not do is found, and its cure is named."""

from pathlib import Path

import pytest

from server.cli import checks_outside
from server.cli.findings import OK, WARNING
from server.keyring import load_or_make
from server.store.redis_keys import Names
from server.surroundings import clock
from tests.cli.patients import found, the_fault
from tests.redis_servers import redis_server
from tests.running import free_port

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("redis://:hush@127.0.0.1:{port}", "correct host and port in REDIS_URL"),
        ("redis+cluster://:hush@127.0.0.1:{port}", "redis-cli --cluster check"),
        ("redis+sentinel://:hush@127.0.0.1:{port}/rooms", "SENTINEL MASTERS"),
        ("ftp://:hush@127.0.0.1:{port}", "redis://user:password@host:6379/0"),
        ("redis://:hush@127.0.0.1:{port}/zero", "redis://user:password@host:6379/0"),
    ],
)
async def test_one_that_is_not_there(tmp_path: Path, url: str, cure: str) -> None:
    one = await the_fault(tmp_path, "store", cure, REDIS_URL=url.format(port=free_port()))
    assert "hush" not in one.says


async def test_one_that_evicts_and_one_that_keeps_too_little(tmp_path: Path) -> None:
    async with redis_server(tmp_path, "--maxmemory-policy", "allkeys-lru") as server:
        noeviction = "CONFIG SET maxmemory-policy noeviction"
        one = await the_fault(tmp_path, "store", noeviction, REDIS_URL=server.url)
        assert "evict" in one.says
        assert noeviction not in one.says
        await server.call("CONFIG", "SET", "maxmemory-policy", "noeviction")
        fine, files, copies = await found(tmp_path, "store", REDIS_URL=f"{server.url}?replicas=1")
        assert [fine.state, files.state, copies.state] == [OK, WARNING, WARNING]
        assert "CONFIG SET appendonly yes" in files.cure
        assert "?replicas=" in copies.cure


async def test_one_that_knows_neither_the_user_nor_the_rights(tmp_path: Path) -> None:
    async with redis_server(tmp_path, "--requirepass", "right") as server:
        url = server.url.replace("//", "//:wrong-one@")
        one = await the_fault(tmp_path, "store", "redis://user:password@", REDIS_URL=url)
        assert "wrong-one" not in one.says
    async with redis_server(tmp_path) as server:
        await server.call("ACL", "SETUSER", "usher", "on", ">secret", "~usher:*", "+info", "+ping")
        url = server.url.replace("//", "//usher:secret@")
        await the_fault(tmp_path, "store", "ACL SETUSER", REDIS_URL=url)


async def test_one_that_is_not_what_its_url_says(tmp_path: Path) -> None:
    async with redis_server(tmp_path / "plain") as server:
        url = server.url.replace("redis://", "redis+cluster://")
        await the_fault(tmp_path, "store", "part of none is redis://", REDIS_URL=url)
        url = f"{server.url}/99"
        await the_fault(tmp_path, "store", "CONFIG GET databases", REDIS_URL=url)
    async with redis_server(tmp_path / "part", "--cluster-enabled", "yes") as server:
        await the_fault(tmp_path, "store", "is redis+cluster://", REDIS_URL=server.url)
    primary = f"127.0.0.1 {free_port()}"
    async with redis_server(tmp_path / "replica", "--replicaof", primary) as server:
        await the_fault(tmp_path, "store", "name the primary", REDIS_URL=server.url)


async def test_one_that_is_full(tmp_path: Path) -> None:
    async with redis_server(tmp_path, "--maxmemory", "1kb") as server:
        await the_fault(tmp_path, "store", "CONFIG SET maxmemory", REDIS_URL=server.url)


async def test_one_with_data_of_a_newer_server(tmp_path: Path) -> None:
    async with redis_server(tmp_path) as server:
        await server.call("SET", Names("usher:").shared("format"), "99")
        await the_fault(tmp_path, "store", "?prefix=NAME:", REDIS_URL=server.url)


async def test_one_whose_clock_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with redis_server(tmp_path) as server:
        [fine] = await found(tmp_path, "clock", REDIS_URL=server.url)
        assert fine.state == OK
        # No test may set the clock of the machine; ours is the one of the two that can be moved.
        monkeypatch.setattr(checks_outside, "clock", lambda: clock() + HOUR_MS)
        one = await the_fault(tmp_path, "clock", "timedatectl", REDIS_URL=server.url)
        assert "3600 s apart" in one.says


async def test_a_node_with_keys_of_its_own_and_one_without(tmp_path: Path) -> None:
    async with redis_server(tmp_path, "--appendonly", "yes") as server:
        [warned] = await found(tmp_path, "keys", REDIS_URL=server.url)
        assert warned.state == WARNING
        keys = [tmp_path / "a.json", tmp_path / "b.json"]
        for path in keys:
            load_or_make(path)
        [fine] = await found(tmp_path, "store", REDIS_URL=server.url, USHER_KEYS=str(keys[0]))
        assert fine.state == OK
        env = {"REDIS_URL": server.url, "USHER_KEYS": str(keys[1])}
        one = await the_fault(tmp_path, "store", "the same key file", **env)
        assert "key file is not the one" in one.says
