"""Set-ups that are broken on purpose: each is found, and its cure is named."""

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.cli import checks_here
from server.cli.doctor import examined
from server.cli.findings import FAULT, OK, SKIPPED, WARNING, Finding
from server.keyring import load_or_make
from tests.integrations.receiver import receiving
from tests.mailbox import Mailbox
from tests.redis_servers import redis_server
from tests.running import RunningServer, free_port


async def found(folder: Path, check: str, **env: str) -> list[Finding]:
    """Look at a set-up; give what one check has found."""
    made = await examined({"USHER_DATA": str(folder / "data"), "PORT": "0"} | env)
    return [one for one in made if one.check == check]


async def the_fault(folder: Path, check: str, **env: str) -> Finding:
    [one] = await found(folder, check, **env)
    assert one.state == FAULT, one
    assert one.cure
    return one


async def test_a_fresh_machine_has_no_fault(tmp_path: Path) -> None:
    made = await examined({"USHER_DATA": str(tmp_path / "data"), "PORT": "0"})
    assert {one.state for one in made} <= {OK, SKIPPED, WARNING}
    # The limit of open files is the machine's, and may be worth a warning.
    assert {one.check for one in made if one.state == WARNING} <= {"open files", "backlog"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("USHER_PING_MS", "soon"),
        ("PORT", "99999"),
        ("USHER_URL", "rooms.example"),
        ("USHER_PROXIES", "proxy.example"),
        ("USHER_INNER", "10.0.0.0/40"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, variable: str, value: str
) -> None:
    one = await the_fault(tmp_path, "settings", **{variable: value})
    assert variable in one.says
    assert value not in one.says


async def test_keys_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    load_or_make(path)
    path.chmod(0o644)
    one = await the_fault(tmp_path, "keys", USHER_KEYS=str(path))
    assert "chmod 600" in one.cure


async def test_a_key_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("{}")
    path.chmod(0o600)
    one = await the_fault(tmp_path, "keys", USHER_KEYS=str(path))
    assert "not a key file" in one.says


async def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    one = await the_fault(tmp_path, "data folder")
    assert "USHER_DATA" in one.cure


async def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_here, "TOO_LITTLE_SPACE", 1 << 62)
    one = await the_fault(tmp_path, "data folder")
    assert "MiB" in one.says


async def test_a_damaged_database(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "usher.sqlite3").write_bytes(b"not a database" * 1000)
    one = await the_fault(tmp_path, "store")
    assert "backup" in one.cure


async def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "server.log"
    path.touch()
    os.utime(path, (4_000_000_000, 4_000_000_000))
    one = await the_fault(tmp_path, "clock")
    assert "NTP" in one.cure


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        one = await the_fault(tmp_path, "server", PORT=str(port))
    assert str(port) in one.says
    assert "PORT" in one.cure


async def test_a_server_that_should_run_and_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    told = {"url": f"http://127.0.0.1:{free_port()}", "pid": 1}
    (tmp_path / "data" / "server.json").write_text(json.dumps(told))
    one = await the_fault(tmp_path, "server")
    assert "does not answer" in one.says


async def test_a_redis_that_is_not_there(tmp_path: Path) -> None:
    one = await the_fault(tmp_path, "store", REDIS_URL=f"redis://:hush@127.0.0.1:{free_port()}")
    assert "hush" not in one.says


async def test_a_redis_that_evicts_and_one_that_keeps_nothing(tmp_path: Path) -> None:
    async with redis_server(tmp_path, "--maxmemory-policy", "allkeys-lru") as server:
        one = await the_fault(tmp_path, "store", REDIS_URL=server.url)
        assert "CONFIG SET maxmemory-policy noeviction" in one.says
        await server.call("CONFIG", "SET", "maxmemory-policy", "noeviction")
        fine, warned = await found(tmp_path, "store", REDIS_URL=server.url)
        assert (fine.state, warned.state) == (OK, WARNING)
        assert "appendonly yes" in warned.says


async def test_a_node_with_keys_of_its_own_and_one_without(tmp_path: Path) -> None:
    async with redis_server(tmp_path, "--appendonly", "yes") as server:
        [warned] = await found(tmp_path, "keys", REDIS_URL=server.url)
        assert warned.state == WARNING
        keys = [tmp_path / "a.json", tmp_path / "b.json"]
        for path in keys:
            load_or_make(path)
        [fine] = await found(tmp_path, "store", REDIS_URL=server.url, USHER_KEYS=str(keys[0]))
        assert fine.state == OK
        one = await the_fault(tmp_path, "store", REDIS_URL=server.url, USHER_KEYS=str(keys[1]))
        assert "same key file" in one.says


MAIL: Mapping[str, str] = {"USHER_MAIL_FROM": "rooms@school.example"}


async def test_a_mail_server_that_is_not_there(tmp_path: Path) -> None:
    url = f"smtp://127.0.0.1:{free_port()}"
    one = await the_fault(tmp_path, "mail", USHER_SMTP_URL=url, **MAIL)
    assert "USHER_SMTP_URL" in one.cure


async def test_a_mail_server_that_offers_no_encryption(tmp_path: Path) -> None:
    async with Mailbox() as mailbox:
        url = f"smtp://127.0.0.1:{mailbox.port}"
        [fine] = await found(tmp_path, "mail", USHER_SMTP_URL=url, **MAIL)
        assert fine.state == OK
        await the_fault(tmp_path, "mail", USHER_SMTP_URL=f"{url}?starttls=1", **MAIL)


async def test_mail_without_a_sender(tmp_path: Path) -> None:
    one = await the_fault(tmp_path, "mail", USHER_SMTP_URL="smtp://user:hush@mail.example")
    assert "hush" not in one.says


async def test_a_media_server_that_does_not_know_the_key(tmp_path: Path) -> None:
    async with receiving() as receiver:
        url = receiver.url.removesuffix("/hook")
        env = {"LIVEKIT_URL": url, "LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s" * 32}
        receiver.answers += [401, 200]
        one = await the_fault(tmp_path, "media", **env)
        assert "401" in one.says
        assert "s" * 32 not in one.says
        [fine] = await found(tmp_path, "media", **env)
        assert fine.state == OK
    half = {"LIVEKIT_URL": "wss://live.example"}
    assert "all three" in (await the_fault(tmp_path, "media", **half)).cure


@pytest.mark.parametrize(
    ("env", "cure"),
    [
        ({"HOST": "0.0.0.0"}, "USHER_URL"),  # noqa: S104 - what a server in a container has
        ({"USHER_URL": "http://rooms.example"}, "https://"),
        ({"USHER_URL": "https://rooms.example"}, "USHER_PROXIES"),
    ],
)
async def test_an_address_that_will_not_do(
    tmp_path: Path, env: Mapping[str, str], cure: str
) -> None:
    [one] = await found(tmp_path, "address", **env)
    assert one.state == WARNING
    assert cure in one.cure


async def test_the_command_says_it_to_people_and_programs_and_ends_with_one(
    server: RunningServer,
) -> None:
    code, out, _ = await server.usher("doctor")
    assert code == 0, out
    assert f"Runs at {server.url} and is ready." in out
    (server.folder / "data" / "keys.json").chmod(0o640)
    code, out, _ = await server.usher("doctor", "--json")
    assert code == 1
    faults = [one for one in json.loads(out) if one["state"] == FAULT]
    assert "keys" in [one["check"] for one in faults]
    assert all(one["cure"] for one in faults)
