"""Set-ups that are broken on purpose: each is found, and its cure is named."""

import json
import os
import resource
import socket
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from server.cli import checks_here
from server.cli.doctor import examined
from server.cli.findings import FAULT, OK, SKIPPED, WARNING
from server.keyring import load_or_make
from server.store.migrations import APPLICATION_ID
from tests.cli.patients import found, the_fault
from tests.integrations.receiver import receiving
from tests.mailbox import Mailbox
from tests.redis_servers import redis_server
from tests.running import RunningServer, free_port, running_server


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
        ("USHER_ORIGINS", "https://lms.example/course"),
        ("USHER_FRAMES", "https://lms.example/course"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, variable: str, value: str
) -> None:
    cure = "10.0.0.0/8" if variable in ("USHER_PROXIES", "USHER_INNER") else "Correct the variable"
    one = await the_fault(tmp_path, "settings", cure, **{variable: value})
    assert variable in one.says
    assert value not in one.says


async def test_a_list_of_providers_that_cannot_be_read_or_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "oidc.toml"
    one = await the_fault(tmp_path, "sign-in", "docs/sign-in.md", USHER_OIDC=str(path))
    assert "No such file" in one.says
    path.write_text('[[provider]]\nid = "uni"\n')
    one = await the_fault(tmp_path, "sign-in", str(path), USHER_OIDC=str(path))
    assert "'uni'" in one.says
    path.write_text(
        '[[provider]]\nid = "uni"\nname = "Uni"\nissuer = "https://uni.example"\nclient_id = "c"\n'
    )
    [fine] = await found(tmp_path, "sign-in", USHER_OIDC=str(path))
    assert fine.state == OK


async def test_traces_without_what_sends_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"USHER_TRACES": "http://127.0.0.1:4318"}
    [fine] = await found(tmp_path, "traces", **env)
    assert fine.state == OK
    monkeypatch.setitem(sys.modules, "server.integrations.traces", None)
    await the_fault(tmp_path, "traces", "pip install 'usher[traces]'", **env)


async def test_pages_that_were_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_here, "pages_folder", lambda: tmp_path)
    await the_fault(tmp_path, "pages", "make web")
    (tmp_path / "index.html").touch()
    [fine] = await found(tmp_path, "pages")
    assert fine.state == OK


@pytest.mark.parametrize(("hard", "state"), [(1_024, FAULT), (8_192, WARNING), (-1, OK)])
async def test_how_many_files_may_be_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hard: int, state: str
) -> None:
    """The limit of this process cannot be raised again once it is lowered."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1_024, hard))
    [one] = await found(tmp_path, "open files")
    assert one.state == state
    if state != OK:
        assert f"{hard:,} open files" in one.says
        assert "LimitNOFILE" in one.cure
        assert "USHER_CONNECTIONS" in one.cure
    [fine] = await found(tmp_path, "open files", USHER_CONNECTIONS="100")
    assert fine.state == OK


async def test_a_short_line_of_connections_that_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks_here, "SHORT_BACKLOG", 1)
    [fine] = await found(tmp_path, "backlog")
    assert fine.state == OK
    monkeypatch.setattr(checks_here, "SHORT_BACKLOG", 1 << 40)
    [warned] = await found(tmp_path, "backlog")
    assert warned.state == WARNING
    assert f"sysctl -w net.core.somaxconn={1 << 40}" in warned.cure


async def test_keys_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    load_or_make(path)
    path.chmod(0o644)
    await the_fault(tmp_path, "keys", "chmod 600", USHER_KEYS=str(path))


async def test_a_key_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("{}")
    path.chmod(0o600)
    one = await the_fault(tmp_path, "keys", "from a backup", USHER_KEYS=str(path))
    assert "not a key file" in one.says


async def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    await the_fault(tmp_path, "data folder", "USHER_DATA")


async def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_here, "TOO_LITTLE_SPACE", 1 << 62)
    one = await the_fault(tmp_path, "data folder", "Make room")
    assert "MiB" in one.says


async def test_a_damaged_database(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "usher.sqlite3").write_bytes(b"not a database" * 1000)
    await the_fault(tmp_path, "store", "Bring back a backup")


async def test_a_database_of_a_newer_server_and_one_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "usher.sqlite3"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE theirs (id)")
    await the_fault(tmp_path, "store", "another folder in USHER_DATA")
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        newer.execute("PRAGMA user_version = 99")
    await the_fault(tmp_path, "store", "Start the version that wrote it")


async def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "server.log"
    path.touch()
    os.utime(path, (4_000_000_000, 4_000_000_000))
    await the_fault(tmp_path, "clock", "timedatectl set-ntp true")


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        one = await the_fault(tmp_path, "server", "with PORT", PORT=str(port))
    assert str(port) in one.says


async def test_a_server_that_should_run_and_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    told = {"url": f"http://127.0.0.1:{free_port()}", "pid": 1}
    (tmp_path / "data" / "server.json").write_text(json.dumps(told))
    one = await the_fault(tmp_path, "server", "start it anew")
    assert "does not answer" in one.says


async def test_a_server_that_runs_and_is_not_ready(tmp_path: Path) -> None:
    async with (
        redis_server(tmp_path / "redis") as redis,
        running_server(tmp_path, {"REDIS_URL": redis.url}) as server,
    ):
        await redis.stop()
        code, out, _ = await server.usher("doctor", "--json")
        await redis.start()
    [one] = [each for each in json.loads(out) if each["check"] == "server"]
    assert (code, one["state"]) == (1, FAULT)
    assert "is not ready: " in one["says"]
    assert "Mend its store" in one["cure"]


MAIL: Mapping[str, str] = {"USHER_MAIL_FROM": "rooms@school.example"}


async def test_a_mail_server_that_is_not_there(tmp_path: Path) -> None:
    url = f"smtp://127.0.0.1:{free_port()}"
    await the_fault(tmp_path, "mail", "host, port", USHER_SMTP_URL=url, **MAIL)


async def test_a_mail_server_that_offers_no_encryption(tmp_path: Path) -> None:
    async with Mailbox() as mailbox:
        url = f"smtp://127.0.0.1:{mailbox.port}"
        [fine] = await found(tmp_path, "mail", USHER_SMTP_URL=url, **MAIL)
        assert fine.state == OK
        await the_fault(tmp_path, "mail", "starttls", USHER_SMTP_URL=f"{url}?starttls=1", **MAIL)


async def test_mail_without_a_sender(tmp_path: Path) -> None:
    url = "smtp://user:hush@mail.example"
    one = await the_fault(tmp_path, "mail", "USHER_MAIL_FROM", USHER_SMTP_URL=url)
    assert "hush" not in one.says


async def test_a_media_server_that_does_not_know_the_key(tmp_path: Path) -> None:
    async with receiving() as receiver:
        url = receiver.url.removesuffix("/hook")
        env = {"LIVEKIT_URL": url, "LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s" * 32}
        receiver.answers += [401, 200]
        one = await the_fault(tmp_path, "media", "key or secret is another", **env)
        assert "401" in one.says
        assert "s" * 32 not in one.says
        [fine] = await found(tmp_path, "media", **env)
        assert fine.state == OK
    half = {"LIVEKIT_URL": "wss://live.example"}
    await the_fault(tmp_path, "media", "all three", **half)


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
