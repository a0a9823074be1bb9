"""The description of the socket is a valid one, and describes every message."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest

from protocol import asyncapi
from protocol.messages import ClientMessage, ServerMessage
from protocol.schema import json_schema

WEB = Path(__file__).parents[2] / "web"
DOCUMENT = asyncapi.document("https://usher.example", json_schema()["$defs"])
VALIDATE = """
import { Parser } from "@asyncapi/parser";
let text = "";
for await (const part of process.stdin) text += part;
const { document, diagnostics } = await new Parser().parse(text);
const told = diagnostics.map(({ code, message, path }) => ({ code, message, path }));
const spoken = document ? document.operations().all().map((one) => one.id()) : null;
process.stdout.write(JSON.stringify({ told, spoken }));
"""


def validated(document: Any) -> dict[str, Any]:
    """Have AsyncAPI's own parser read a document; give what it has to say."""
    if not (WEB / "node_modules" / "@asyncapi" / "parser").exists():
        pytest.fail("the parser is not installed: `make web` installs it")
    done = subprocess.run(
        [shutil.which("node") or "node", "--input-type=module", "-e", VALIDATE],
        cwd=WEB,
        input=json.dumps(document),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def tags(union: Any) -> list[str]:
    return [shape.model_fields["type"].default for shape in get_args(get_args(union)[0])]


def test_it_passes_the_validator_of_the_standard() -> None:
    answer = validated(DOCUMENT)

    # Newer minor versions of the standard change nothing for us, and fewer tools read them.
    assert [one for one in answer["told"] if one["code"] != "asyncapi-latest-version"] == []
    heard = [f"receive_{tag}" for tag in tags(ClientMessage)]
    assert answer["spoken"] == heard + [f"send_{tag}" for tag in tags(ServerMessage)]


def test_the_validator_finds_what_is_wrong() -> None:
    broken = json.loads(json.dumps(DOCUMENT))
    broken["operations"]["receive_hello"]["action"] = "listen"

    assert validated(broken)["spoken"] is None


def test_every_message_is_described_with_what_it_carries() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for tag, message in DOCUMENT["components"]["messages"].items():
        schema = schemas[message["payload"]["$ref"].removeprefix("#/components/schemas/")]
        assert schema["properties"]["type"]["const"] == tag
        assert message["summary"].endswith((".", "?"))


def test_every_reference_leads_somewhere() -> None:
    def refs(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [ref for value in part.values() for ref in refs(value)]
        return [ref for value in part for ref in refs(value)] if isinstance(part, list) else []

    for ref in refs(DOCUMENT):
        place: Any = DOCUMENT
        for name in ref.removeprefix("#/").split("/"):
            place = place[name]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://usher.example", ("wss", "usher.example", "/api/v1")),
        ("http://127.0.0.1:8000/rooms", ("ws", "127.0.0.1:8000", "/rooms/api/v1")),
    ],
)
def test_the_server_is_the_one_that_serves_it(url: str, server: tuple[str, str, str]) -> None:
    said = asyncapi.document(url, json_schema()["$defs"])["servers"]["usher"]

    assert (said["protocol"], said["host"], said["pathname"]) == server
