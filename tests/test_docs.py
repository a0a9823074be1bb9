"""The documentation says what the code does: every example is read, every table compared."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from protocol import http, messages
from protocol.client.options import MISSED_PINGS
from protocol.codec import JSON
from protocol.commands import Command
from protocol.connection import Backoff
from protocol.deltas import apply
from protocol.errors import FINAL_CLOSE_CODES, REFUSALS, ErrorCode
from protocol.messages import ClientMessage, Delta, NoticeKind, ServerMessage, Snapshot
from protocol.model import Wire
from protocol.plain import CLIENT_LIMITS, SERVER_LIMITS, parse_json
from protocol.roles import Gate, WaitReason
from protocol.routes import API, COMMAND_ROUTES
from protocol.views import MAX_ROWS

TEXT = (Path(__file__).parents[1] / "docs" / "protocol.md").read_text(encoding="utf-8")
ONE_LINE = " ".join(TEXT.split())
EXAMPLES: list[tuple[str, str]] = re.findall(r"^```json (\S+)\n(.*?)^```", TEXT, re.M | re.S)
TABLES = [line.strip("| ") for line in TEXT.splitlines() if line.startswith("|")]
ROWS = [re.split(r" \| ?", line) for line in TABLES]

COMMANDS: tuple[type[Wire], ...] = get_args(get_args(Command)[0])
COMMAND = TypeAdapter(Command)


def tags(union: Any) -> set[str]:
    return {shape.model_fields["type"].default for shape in get_args(get_args(union)[0])}


def said_by(who: str) -> list[dict[str, Any]]:
    return [json.loads(text) for kind, text in EXAMPLES if kind == who]


# --- examples ------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "text"), EXAMPLES, ids=lambda part: part[:60])
def test_every_example_is_what_it_says_it_is(kind: str, text: str) -> None:
    match kind.partition(":"):
        case "client", _, _:
            JSON.decode_client(text)
        case "server", _, _:
            message = JSON.decode_server(text)
            # An example also shows what is left out and what is not.
            assert json.loads(JSON.encode(message)) == json.loads(text)
        case "body", _, name:
            shape = getattr(http, name, None) or getattr(messages, name)
            assert isinstance(parse_json(text, CLIENT_LIMITS), dict)
            shape.model_validate_json(text)
        case _:
            pytest.fail(f"an example of {kind}")


def test_no_example_escapes_the_test() -> None:
    assert len(EXAMPLES) == TEXT.count("```") / 2


def test_every_message_has_an_example() -> None:
    assert {message["type"] for message in said_by("client")} == tags(ClientMessage)
    assert {message["type"] for message in said_by("server")} == tags(ServerMessage)


def test_the_examples_of_deltas_lead_on_from_the_example_of_a_snapshot() -> None:
    heard = [JSON.decode_server(json.dumps(message)) for message in said_by("server")]
    (snapshot,) = (message for message in heard if isinstance(message, Snapshot))
    view, version = snapshot.view, snapshot.position.version
    deltas = [message for message in heard if isinstance(message, Delta)]
    for delta in deltas:
        assert delta.base == version
        view, version = apply(view, delta.delta), delta.position.version
    assert deltas
    counts = {group.value: len(shown.rows) for group, shown in view.groups.items()}
    assert counts == {"raised_hands": view.counts.raised_hands, "viewers": view.counts.viewers}


# --- tables --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ErrorCode)
def test_the_table_of_problems_is_the_one_in_the_code(code: ErrorCode) -> None:
    refusal = REFUSALS[code]
    again = "yes" if refusal.again else "no"
    row = f"`{code.value}` | {refusal.status} | {refusal.close} | {again} | {refusal.sentence}"
    assert TABLES.count(row) == 1


@pytest.mark.parametrize("shape", COMMANDS, ids=lambda shape: shape.__name__)
def test_every_command_is_in_the_table_with_an_example(shape: type[Wire]) -> None:
    tag = shape.model_fields["type"].default
    (row,) = (row for row in ROWS if row[0] == f"`{tag}`" and len(row) >= 3 and "{" in row[2])
    command = COMMAND.validate_json(row[2].strip("`"))
    assert type(command) is shape


def test_the_table_has_no_command_that_does_not_exist() -> None:
    named = {json.loads(row[2].strip("`"))["type"] for row in ROWS if row[2:3] and "{" in row[2]}
    assert named == tags(Command)


def test_every_route_of_a_command_is_in_the_table() -> None:
    for route in COMMAND_ROUTES:
        tag = route.command.model_fields["type"].default
        assert TABLES.count(f"{route.method} | `{route.path}` | `{tag}`") == 1
    methods = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert sum(row[0] in methods for row in ROWS) == len(COMMAND_ROUTES)


def test_the_band_of_close_codes_that_end_it_is_the_one_in_the_code() -> None:
    first, last = FINAL_CLOSE_CODES.start, FINAL_CLOSE_CODES.stop - 1
    assert f"{first}–{last} | stays away, and shows the sentence" in TEXT


@pytest.mark.parametrize("name", [*NoticeKind, *Gate, *WaitReason])
def test_every_notice_gate_and_reason_is_named(name: str) -> None:
    assert f"`{name}`" in TEXT


# --- numbers -------------------------------------------------------------------------------


def test_the_limits_are_the_ones_in_the_code() -> None:
    assert CLIENT_LIMITS.max_frame_bytes == 64 * 1024
    assert SERVER_LIMITS.max_frame_bytes == 4 * 1024 * 1024
    said = f"64 KiB, nesting of {CLIENT_LIMITS.max_depth}, {CLIENT_LIMITS.max_items:,} items"
    assert said in ONE_LINE
    assert f"{CLIENT_LIMITS.max_values:,} values in all" in ONE_LINE
    assert "frames of up to 4 MiB" in ONE_LINE
    assert f"at most {MAX_ROWS} rows" in ONE_LINE
    assert f"All paths are below `{API}`" in ONE_LINE


def test_the_waits_are_the_ones_in_the_code() -> None:
    assert Backoff() == Backoff(first_s=0.5, most_s=30)
    assert "up to half a second" in ONE_LINE
    assert "at most 30 seconds" in ONE_LINE
    assert MISSED_PINGS == 2.5
    assert "two and a half times `ping_ms`" in ONE_LINE
