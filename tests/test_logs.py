"""What the server writes about itself: one shape for all of it, and nobody's data in it."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from structlog.contextvars import bound_contextvars
from websockets.asyncio.client import connect

from protocol.codec import JSON
from protocol.messages import Hello, Welcome
from protocol.version import TICKET_SUBPROTOCOL, WIRE_VERSION
from protocol.views import Window
from server.logs import formatter, scrubbed
from tests.running import RunningServer, running_server


def record(
    name: str, level: int, text: str, *values: Any, fault: bool = False
) -> logging.LogRecord:
    info = None
    if fault:
        try:
            TypeAdapter(int).validate_python("zEBEDEE qUUX".swapcase())
        except ValidationError as problem:
            info = (type(problem), problem, problem.__traceback__)
    return logging.LogRecord(name, level, __file__, 1, text, values, info)


def test_a_line_is_json_with_what_is_under_way() -> None:
    with bound_contextvars(request_id="r1", room_id="e_1", connection_id="c_1"):
        line = formatter(is_text=False).format(record("uvicorn.error", logging.WARNING, "a %d", 1))
    found = json.loads(line)
    assert "\n" not in line
    assert list(found)[:4] == ["timestamp", "level", "logger", "event"]
    assert (found["level"], found["logger"], found["event"]) == ("warning", "uvicorn.error", "a 1")
    assert (found["request_id"], found["room_id"], found["connection_id"]) == ("r1", "e_1", "c_1")


def test_a_line_on_a_terminal_is_read_by_people() -> None:
    with bound_contextvars(room_id="e_1"):
        line = formatter(is_text=True).format(record("usher.access", logging.INFO, "GET /me 200"))
    assert "GET /me 200" in line
    assert "room_id=e_1" in line


@pytest.mark.parametrize("is_text", [True, False])
def test_what_an_exception_says_about_a_value_is_left_out(is_text: bool) -> None:
    line = formatter(is_text=is_text).format(record("x", logging.ERROR, "failed", fault=True))
    assert "ValidationError" in line
    assert "Zebedee" not in line


@pytest.mark.parametrize(
    "secret",
    [
        "ada@example.org",
        "Ada.Lovelace+x@b\u00fccher.example",
        "uk_0123456789abcdef_" + "a" * 32,
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    ],
)
def test_what_looks_like_a_secret_is_taken_out_wherever_it_stands(secret: str) -> None:
    for text in (secret, f"it said: {secret}", f"<{secret}>", f"({secret}, 3)"):
        assert secret not in scrubbed(text)
        assert secret.partition("@")[0] not in scrubbed(text)


def lines_of(server: RunningServer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.splitlines()]


async def test_a_server_whose_output_is_kept_writes_json_alone(tmp_path: Path) -> None:
    """Over HTTP and over a socket, through uvicorn: each line says what it is about."""
    async with running_server(tmp_path) as server:
        async with server.http() as host:
            await server.sign_in(host)
            entry = "/entries/e_demo-room"
            await host.post(f"{entry}/session/start", json={})
            shown = await host.get(f"{entry}?token=canary")
            missing = await host.get("/entries/canary-entry")
            admitted = (await host.post(f"{entry}/enter")).json()
        await talk(server, admitted)
    lines = lines_of(server)

    routes = {line.get("request_id"): line for line in lines if line["logger"] == "usher.access"}
    of_entry = routes[shown.headers["x-request-id"]]
    assert of_entry["route"] == "/api/v1/entries/{entry_id}"
    assert (of_entry["status"], of_entry["room_id"]) == (200, "e_demo-room")
    # What is no room is not named: it could be anything that somebody has put into a path.
    of_missing = routes[missing.headers["x-request-id"]]
    assert (of_missing["refusal"], "room_id" in of_missing) == ("not_found", False)
    [socket] = [line for line in lines if line.get("method") == "WS"]
    assert socket["room_id"] == "e_demo-room"
    assert socket["connection_id"].startswith("c_")
    assert socket["request_id"]
    for secret in ("canary", "Hanna", "host@usher", admitted["ticket"]):
        assert secret not in server.log


async def talk(server: RunningServer, admitted: dict[str, Any]) -> None:
    """Open a socket, as a page would, and close it again."""
    url = f"ws://127.0.0.1:{server.port}/api/v1/sessions/{admitted['session_id']}/socket"
    protocols: Any = [JSON.name, TICKET_SUBPROTOCOL + admitted["ticket"]]
    async with connect(url, subprotocols=protocols, origin=server.url) as socket:  # type: ignore[arg-type]
        await socket.send(JSON.encode(Hello(wire_version=WIRE_VERSION, window=Window())).decode())
        message = JSON.decode_server(await socket.recv())
        assert isinstance(message, Welcome)
