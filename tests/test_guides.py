"""Snippets of guides that are programs: each is run as written, or read by what would run it."""

import json
import re
import runpy
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from protocol.routes import API
from server.edge.openapi import document
from server.edge.operations import OPERATIONS
from server.surroundings import clock
from tests.integrations.receiver import Received, receiving
from tests.running import running_server

DOCS = Path(__file__).parents[1] / "docs"


def snippet(guide: str, language: str) -> str:
    text = (DOCS / guide).read_text(encoding="utf-8")
    [found] = re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)
    return str(found)


# --- docs/webhooks.md ----------------------------------------------------------------------


async def delivered(folder: Path) -> tuple[str, Received]:
    """Subscribe to a server as the guide says, and let something happen: the secret, and it."""
    env = {"USHER_INNER_WEBHOOKS": "127.0.0.0/8"}
    async with receiving() as platform, running_server(folder, env) as server:
        code, out, errors = await server.usher("webhook", "create", platform.url)
        assert code == 0, errors
        code, _, errors = await server.usher("room", "start", "e_demo-room")
        assert code == 0, errors
        await platform.until(lambda one: len(one.received) > 0)
    return json.loads(out)["secret"], platform.received[0]


async def test_the_example_verifies_what_a_server_sends_and_nothing_else(tmp_path: Path) -> None:
    secret, sent = await delivered(tmp_path)
    example = tmp_path / "verifying.py"
    example.write_text(snippet("webhooks.md", "python"), encoding="utf-8")

    def verified(body: bytes, headers: dict[str, str], secret: str = secret) -> Any:
        given = {"secret": secret, "body": body, "headers": headers}
        return runpy.run_path(str(example), init_globals=given)["message"]

    message = verified(sent.body, sent.headers)
    assert message["type"] == "session.started"
    assert message["data"]["entry_id"] == "e_demo-room"

    forged = sent.body.replace(b"e_demo-room", b"e_elsewhere")
    assert forged != sent.body
    then = datetime.fromtimestamp(clock() // 1000 - 301, UTC)
    old = str(int(then.timestamp()))
    signed = Webhook(secret).sign("msg_1", then, sent.body.decode())
    late = {"webhook-id": "msg_1", "webhook-timestamp": old, "webhook-signature": signed}
    for body, headers, key in (
        (forged, sent.headers, secret),
        (sent.body, {**sent.headers, "webhook-id": "msg_1"}, secret),
        (sent.body, {**sent.headers, "webhook-timestamp": old}, secret),
        (sent.body, sent.headers, "whsec_" + "A" * 32),
        (sent.body, late, secret),
        (sent.body, {}, secret),
    ):
        with pytest.raises(WebhookVerificationError):
            verified(body, headers, key)


# --- docs/media.md -------------------------------------------------------------------------


def test_the_example_of_a_media_server_is_a_program(tmp_path: Path) -> None:
    """LiveKit's client needs a browser; here it is only read."""
    file = tmp_path / "entering.mjs"
    file.write_text(snippet("media.md", "js"), encoding="utf-8")
    node = shutil.which("node") or "node"
    done = subprocess.run(
        [node, "--check", str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_example_of_a_media_server_asks_what_can_be_asked_and_gets_what_it_takes() -> None:
    example = snippet("media.md", "js")
    [path] = re.findall(r"fetch\(`([^`]+)`", example)
    [method] = re.findall(r'method: "(\w+)"', example)
    [taken] = re.findall(r"const \{ ([^}]+) \} = ", example)

    described = document(OPERATIONS, "https://usher.example")
    template = path.removeprefix(API).replace("${sessionId}", "{session_id}")
    operation = described["paths"][template][method.lower()]
    assert "requestBody" not in operation
    assert "body:" not in example
    reply = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    schema = described["components"]["schemas"][reply.rpartition("/")[2]]
    assert set(taken.split(", ")) <= {*schema["required"]}
