"""What clients and servers of a released wire version said is understood for as long as it is.

The recordings are never written anew: a test that fails here has found a break of docs/wire.md.
"""

import base64
import json
from pathlib import Path
from typing import Any, get_args

import pytest

from protocol.codec import JSON, Codec
from protocol.connection import ClientState
from protocol.messages import ClientMessage, ServerMessage
from protocol.version import WIRE_VERSIONS
from protocol.views import Window

FOLDER = Path(__file__).parent / "recorded"
LINES: list[dict[str, Any]] = [
    json.loads(line)
    for version in WIRE_VERSIONS
    for line in (FOLDER / f"v{version}.jsonl").read_text("utf-8").splitlines()
]


def frame_of(line: dict[str, Any]) -> str | bytes:
    is_text = Codec.named(line["codec"]).is_text
    frame: str = line["frame"]
    return frame if is_text else base64.b64decode(frame)


def name_of(line: dict[str, Any]) -> str:
    means = line["means"]
    return f"{line['from']} {means.get('command', means)['type']} {line['codec']}"


def tags(union: Any) -> set[str]:
    return {shape.model_fields["type"].default for shape in get_args(get_args(union)[0])}


@pytest.mark.parametrize("line", LINES, ids=name_of)
def test_a_recorded_frame_still_means_what_it_meant(line: dict[str, Any]) -> None:
    codec = Codec.named(line["codec"])
    read = codec.decode_client if line["from"] == "client" else codec.decode_server

    message = read(frame_of(line))

    # Written again it is the same: no field of it has been forgotten since.
    assert json.loads(JSON.encode(message)) == line["means"]


@pytest.mark.parametrize("codec", sorted({line["codec"] for line in LINES}))
def test_a_recorded_session_is_followed_to_its_end(codec: str) -> None:
    client = ClientState(Codec.named(codec), window=Window())
    [*said] = [line for line in LINES if line["codec"] == codec and line["from"] == "server"]
    client.opened()

    for line in said:
        client.receive(frame_of(line))
        answers = [json.loads(JSON.encode(Codec.named(codec).decode_client(frame)))["type"]
                   for frame in client.frames_to_send()]  # fmt: skip
        # Every delta fitted: nothing was asked for anew.
        assert set(answers) <= {"hello", "pong"}

    assert client.snapshots == 3
    assert client.is_current
    assert client.view is not None
    assert "Ada" in {row.name for group in client.view.groups.values() for row in group.rows}
    assert client.you is not None
    assert client.you.role == "moderator"


def test_each_kind_of_message_is_among_them() -> None:
    said = {(line["from"], line["means"]["type"]) for line in LINES}

    assert {kind for who, kind in said if who == "server"} <= tags(ServerMessage)
    assert {kind for who, kind in said if who == "client"} == {
        "hello", "watch", "unwatch", "do", "pong",
    } <= tags(ClientMessage)  # fmt: skip
