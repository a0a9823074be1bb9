import json
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner

from server.cli import main
from tests.running import RunningServer

GROUPS = ("serve", "key", "token", "entry", "link", "invite", "room")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """`serve` takes the log of its whole process, which is that of the tests here."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.captureWarnings(capture=False)


@pytest.mark.parametrize("command", ["", *GROUPS, "link create", "invite send", "room lock"])
def test_every_command_explains_itself(command: str) -> None:
    answer = CliRunner().invoke(main, [*command.split(), "--help"])
    assert answer.exit_code == 0
    assert "Usage:" in answer.output


def test_the_first_help_shows_how_to_begin() -> None:
    answer = CliRunner().invoke(main, ["--help"])
    assert "Start here" in answer.output
    assert all(name in answer.output for name in GROUPS)


def test_without_a_server_a_command_says_how_to_start_one(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["entry", "list"], env={"USHER_DATA": str(tmp_path)})
    assert answer.exit_code == 2
    assert "usher serve" in answer.output


async def test_a_busy_port_is_a_clear_error(server: RunningServer, tmp_path: Path) -> None:
    code, _, said = await server.usher("serve", "--data", str(tmp_path / "other"))
    assert code == 3
    assert f"port {server.port}" in said
    assert "PORT=" in said


async def test_a_second_server_on_the_same_data_is_refused(server: RunningServer) -> None:
    code, _, said = await server.usher("serve", "--port", "0")
    assert code == 3
    assert said.strip()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("USHER_PROXIES", "nonsense"),
        ("USHER_SMTP_URL", "gopher://mail"),
        ("USHER_LOG", "loud"),
        ("PORT", "eighty"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_nothing_starts(
    tmp_path: Path, name: str, value: str
) -> None:
    env = {"USHER_DATA": str(tmp_path / "data"), "PORT": "0", name: value}
    answer = CliRunner().invoke(main, ["serve"], env=env)
    assert answer.exit_code == 3
    assert name in answer.output
    assert not (tmp_path / "data").exists()


async def test_the_command_line_finds_the_server_on_this_machine(server: RunningServer) -> None:
    code, out, _ = await server.usher("entry", "list")
    assert code == 0
    assert {entry["kind"] for entry in json.loads(out)} >= {"video", "quiz", "room"}


async def test_a_refusal_is_printed_and_ends_with_one(server: RunningServer) -> None:
    code, out, said = await server.usher("entry", "show", "e_nothing")
    assert (code, out) == (1, "")
    assert json.loads(said)["code"] == "not_found"


async def test_nodes_lists_the_processes_and_how_they_are(server: RunningServer) -> None:
    code, out, _ = await server.usher("nodes")
    assert code == 0
    [node] = json.loads(out)
    assert node["state"] == "alive"
    assert str(server.port) in node["name"]
    assert node["records"] >= node["appends"] >= 0
    assert (node["conflicts"], node["connections"]) == (0, 0)
    await server.stop()
    code, out, _ = await server.usher("nodes")
    assert (code, json.loads(out)) == (0, [])


@pytest.mark.parametrize("url", ["http://nowhere", "redis://127.0.0.1:1", "redis+sentinel://a"])
def test_a_redis_that_cannot_be_used_is_said_in_words(tmp_path: Path, url: str) -> None:
    env = {"USHER_DATA": str(tmp_path / "data"), "PORT": "0", "REDIS_URL": url}
    answer = CliRunner().invoke(main, ["serve"], env=env)
    assert answer.exit_code == 3
    assert "Redis" in answer.output or "REDIS_URL" in answer.output
    assert "Traceback" not in answer.output


async def test_a_key_works_until_it_is_revoked(server: RunningServer) -> None:
    code, out, _ = await server.usher("key", "create", "--name", "moodle", "--scope", "read")
    assert code == 0
    key = json.loads(out)
    headers = {"Authorization": f"Bearer {key['key']}"}
    start = "/api/v1/entries/e_demo-room/session/start"
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as http:
        assert (await http.get("/api/v1/entries")).status_code == 200
        assert (await http.post(start, json={})).status_code == 403
        _, listed, _ = await server.usher("key", "list")
        assert key["id"] in {one["id"] for one in json.loads(listed)}
        assert key["key"] not in listed
        assert (await server.usher("key", "revoke", key["id"]))[0] == 0
        assert (await http.get("/api/v1/entries")).status_code == 401


async def test_a_minted_token_signs_somebody_in_once(server: RunningServer) -> None:
    code, out, _ = await server.usher(
        "token",
        *("--account", "ada", "--name", "Ada", "--email", "ada@example.org"),
        *("--entry", "e_demo-room", "--part", "co_editor"),
    )
    assert code == 0
    token = urlsplit(json.loads(out)["url"]).fragment
    async with server.http() as http:
        signed_in = await http.post("/sign-in", json={"token": token})
        assert signed_in.json()["me"]["name"] == "Ada"
        entry = (await http.get("/entries/e_demo-room")).json()
        assert entry["part"] == "co_editor"
        assert (await http.post("/sign-in", json={"token": token})).status_code == 401
