"""Whatever arrives, over HTTP and over a socket: it is answered or refused, and no fault of ours.

The requests are drawn from our own OpenAPI document, with ids that earlier replies have given,
so one leads to the next. A seed gives the same requests again, but for those ids.
"""

import random  # noqa: TID251 - a seed has to give the same requests again
import re
from typing import Any

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed

from protocol.codec import MSGPACK
from protocol.commands import RaiseHand
from protocol.messages import Hello, Snapshot
from protocol.version import WIRE_VERSION
from protocol.views import Window
from server.edge.openapi import document
from server.edge.operations import OPERATIONS
from tests.edge.browsers import Browser
from tests.edge.house import House
from tests.edge.lines import line

DOCUMENT = document(OPERATIONS, "http://usher.example")
SCHEMAS = DOCUMENT["components"]["schemas"]
LAST = {"post_sign_out"}
"""Would end what the others need."""

DOCUMENTED = {"overloaded", "room_full"}
"""Refusals with a status from 500 on that say so in the table of problems."""

ODD: tuple[Any, ...] = (
    None, True, -1, 0, 2**53, 2**63, 1e308, "", " ", "\u202e", "\u0000", "é" * 300, "a@b.c", "=1",
    "../..", "%00", [], {}, [[[[]]]], {"__proto__": {}}, ["x"] * 300, "\r\nX: y", "\U0010ffff",
)  # fmt: skip


class Draw:
    """Values that fit a schema, mostly, and ids that were seen."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.ids: list[str] = ["e_room", "e_none", "hanna"]
        self.named: dict[str, list[str]] = {"entry_id": ["e_room"], "account_id": ["hanna"]}
        self.done: set[str] = set()

    def saw(self, value: Any) -> None:
        """Remember the ids in a reply."""
        if isinstance(value, dict):
            for key, one in value.items():
                if isinstance(one, str) and (key == "id" or key.endswith("_id")):
                    self.ids.append(one)
                    self.named.setdefault(key, []).append(one)
                self.saw(one)
        elif isinstance(value, list):
            for one in value:
                self.saw(one)

    def value(self, schema: dict[str, Any], depth: int = 0) -> Any:
        if self.chance.random() < 0.02 or depth > 8:
            return self.chance.choice(ODD)
        if "$ref" in schema:
            return self.value(SCHEMAS[schema["$ref"].rpartition("/")[2]], depth + 1)
        if union := schema.get("anyOf") or schema.get("oneOf"):
            return self.value(self.chance.choice(union), depth + 1)
        if choices := [schema["const"]] if "const" in schema else schema.get("enum"):
            return self.chance.choice(choices)
        if schema.get("type") == "object":
            return self._object(schema, depth)
        if schema.get("type") == "array":
            items = schema.get("items", {})
            return [self.value(items, depth + 1) for _ in range(self.chance.randint(0, 3))]
        return self.chance.choice(self._plain(schema.get("type")))

    def _plain(self, kind: str | None) -> tuple[Any, ...]:
        if kind == "boolean":
            return (True, False)
        if kind in ("integer", "number"):
            return (0, 1, 2, 30, 1_800_000_000_000, -5)
        if kind == "string":
            return (*self.ids[-8:], "Ada", "ada@example.org", "https://a.b/c")
        return ODD

    def _object(self, schema: dict[str, Any], depth: int) -> Any:
        needed = set(schema.get("required", ()))
        return {
            name: self.value(one, depth + 1)
            for name, one in schema.get("properties", {}).items()
            if name in needed or self.chance.random() < 0.25
        }

    def path(self, path: str) -> str:
        def one(found: re.Match[str]) -> str:
            if found[1] == "entry_id" and self.chance.random() < 0.9:
                return "e_room"
            fitting = self.named.get(found[1]) if self.chance.random() < 0.8 else None
            return self.chance.choice((fitting or self.ids)[-60:])

        return re.sub(r"{(\w+)}", one, path)


async def ask(browser: Browser, draw: Draw, path: str, method: str, found: dict[str, Any]) -> str:
    """Make one request; return what is wrong with the answer, or nothing."""
    content = found.get("requestBody", {}).get("content", {}).get("application/json")
    queries = [one["name"] for one in found["parameters"] if one["in"] == "query"]
    more: dict[str, Any] = {} if content is None else {"json": draw.value(content["schema"])}
    more["params"] = {
        name: draw.chance.choice(("", "1", "0", "-1", "x", "9" * 30, "\u202e", *draw.ids[-3:]))
        for name in queries
        if draw.chance.random() < 0.5
    }
    where = draw.path(path)
    async with browser.http.stream(method.upper(), where, **more) as answer:
        kind = answer.headers.get("content-type", "")
        if "json" not in kind:
            return "" if answer.status_code < 500 else f"{answer.status_code} {kind}"
        await answer.aread()
    if answer.status_code < 400:
        draw.saw(answer.json())
        draw.done.add(found["operationId"])
    elif answer.status_code >= 500 and answer.json().get("code") not in DOCUMENTED:
        return f"{method} {where} {more}: {answer.text}"
    return ""


@pytest.mark.parametrize("seed", range(2))
async def test_no_request_that_can_be_made_from_our_description_is_a_fault_of_ours(
    house: House, seed: int
) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    guest, admitted = await house.guest(token)
    browsers = (await house.signed_in(), await house.platform(), guest, await house.browser())
    draw = Draw(seed)
    draw.saw([admitted, {"session_id": session}])
    operations = [
        (path, method, found)
        for path, item in DOCUMENT["paths"].items()
        for method, found in item.items()
        if found["operationId"] not in LAST and not (method == "delete" and path.count("/") == 2)
    ]

    wrong = [
        said
        for _ in range(3)
        for path, method, found in draw.chance.sample(operations, len(operations))
        if (
            said := await ask(
                draw.chance.choice(browsers[:1] * 3 + browsers), draw, path, method, found
            )
        )
    ]

    assert not wrong
    # Random as they are, enough of them lead somewhere.
    assert len(draw.done) >= 20, sorted(draw.done)


async def test_no_bytes_on_a_socket_are_a_fault_of_ours_or_reach_others(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    _, other = await house.guest(token, "Ada")
    chance = random.Random(7)  # noqa: S311 - no secret
    draw = Draw(7)
    commands = [
        found["requestBody"]["content"]["application/json"]["schema"]
        for item in DOCUMENT["paths"].values()
        for found in item.values()
        if "requestBody" in found
    ]
    hello = MSGPACK.frame(Hello(wire_version=WIRE_VERSION, window=Window()))
    assert isinstance(hello, bytes)

    async with line(house, session, ticket=other["ticket"]) as steady:
        await steady.hello(Window())
        await steady.hear(Snapshot)
        for number in range(60):
            async with line(house, session, ticket=admitted["ticket"]) as wild:
                try:
                    if number % 3:
                        await wild.hello()
                    for _ in range(4):
                        await wild.socket.send(_bent(chance, draw, hello, commands))
                except ConnectionClosed:
                    continue
        assert (await steady.do(RaiseHand())).is_done
    worse = [one.getMessage() for one in caplog.records if one.levelname in ("ERROR", "CRITICAL")]
    assert not worse


def _bent(chance: random.Random, draw: Draw, hello: bytes, commands: list[Any]) -> bytes:
    """A frame with some bytes changed, a command out of its place, or noise."""
    match chance.randint(0, 2):
        case 0:
            data = bytearray(hello)
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            return bytes(data)
        case 1:
            command = draw.value(chance.choice(commands))
            try:
                packed: bytes = msgpack.packb({"type": "do", "id": "c_1", "command": command})
            except (OverflowError, UnicodeEncodeError, ValueError):
                return b"\xc1"
            return packed
        case _:
            return chance.randbytes(chance.randint(0, 200))
