"""What the fuzzer begins with: valid things of every kind, made anew each time."""

import re
from pathlib import Path
from typing import Any

import msgpack
from pydantic import TypeAdapter

from load.wire import client_frame
from protocol.codec import JSON, MSGPACK
from protocol.commands import Command
from protocol.ids import CommandId, ParticipantId, RoomId
from protocol.messages import Do
from server.core import events as e
from server.core.record import Record
from server.core.state import EMPTY
from server.core.tokens import LinkClaim, make_token
from server.edge import tickets
from tests.fuzz.targets import KEYS, RECORDS, STATES, TARGETS, TICKET

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
CSV = (
    'email,first name,last name\nada@example.org,Ada,L\n\n"Bob" <bob@example.org>\n',
    "a@b.c;d@e.f\t=1+1\r\n'\"\n",
    'Name <x@y.z>\n"unfinished,\n',
)


def said_by(who: str) -> list[str]:
    """The examples of docs/protocol.md: the server's messages, or the client's and all commands."""
    found = re.findall(rf"^```json {who}\n(.*?)^```", TEXT, re.M | re.S)
    if who == "server":
        return found
    rows = re.findall(r"^\| `\w+` \|.*?\| `(\{.*\})` \|", TEXT, re.M)
    shape: TypeAdapter[Any] = TypeAdapter(Command)
    dos = [Do(id=CommandId("c1"), command=shape.validate_json(row)) for row in rows]
    return [*found, *(JSON.encode(do).decode() for do in dos)]


def messages() -> list[bytes]:
    """Every message in both codecs, as target `codecs` takes them."""
    seeds = []
    for which, who in ((0, "client"), (2, "server")):
        for text in said_by(who):
            message = JSON.decode_server(text) if which else JSON.decode_client(text)
            seeds.append(bytes([which]) + MSGPACK.encode(message))
            seeds.append(bytes([which | 1]) + JSON.encode(message))
    return seeds


def tokens() -> list[bytes]:
    """Links that are good, one of each kind, and one of the other key."""
    claim = LinkClaim(kind="guest", room_id=RoomId("e_1"), link_id="l_1", generation=1)
    other = LinkClaim(kind="invitation", room_id=RoomId("e_2"), link_id="i_2", generation=300)
    return [make_token(claim, KEYS[0]).encode(), make_token(other, KEYS[1]).encode()]


def records() -> list[bytes]:
    """A few records, and a room without anything."""
    events = (e.HandRaised(participant_id=ParticipantId("p_1")),)
    some = [Record(at=1, events=()), Record(at=2, events=events, by="account:a")]
    return [
        *(b"\0" + RECORDS.encode(one).body for one in some),
        b"\1" + STATES.encode(EMPTY).body,
    ]


def frames() -> list[bytes]:
    """Whole frames, fragments, control frames, and what is none of these."""
    hello = MSGPACK.encode(JSON.decode_client(said_by("client")[0]))
    whole = client_frame(hello)
    first = bytes([whole[0] & 0x7F]) + whole[1:]
    return [
        bytes([cut]) + data
        for cut, data in (
            (3, whole + whole),
            (9, first + client_frame(hello, opcode=9) + b"\x80" + whole[1:]),
            (1, client_frame(b"\x03\xe8", opcode=8)),
            (4, client_frame(b"x" * 200, is_text=True)),
            (2, b"\x82\x7e\x00\x01\0\0\0\0x"),
        )
    ]


def lines() -> list[bytes]:
    """Conversations, as target `lines` takes them: see `conversation`."""
    client = said_by("client")
    seeds = []
    for is_text in (0, 1):
        said = [_as(text, is_text=bool(is_text)) for text in client]
        hello = next(one for one, text in zip(said, client, strict=True) if '"hello"' in text)
        seeds += [bytes([is_text]) + _part(hello) + _part(one) for one in said]
        seeds.append(bytes([is_text | 2]) + client_frame(hello, is_text=bool(is_text)))
    return seeds


def _as(text: str, *, is_text: bool) -> bytes:
    message = JSON.decode_client(text)
    return JSON.encode(message) if is_text else MSGPACK.encode(message)


def _part(payload: bytes, kind: int = 0) -> bytes:
    return (kind << 13 | len(payload)).to_bytes(2, "big") + payload


def seeds_of(target: str) -> list[bytes]:
    """Give the seeds of a target."""
    match target:
        case "planted":
            return [b"?"]
        case "codecs":
            return messages()
        case "plain":
            return [one[1:] for one in messages()] + [msgpack.packb([{"a": 1.5}, b"x", None])]
        case "tokens":
            return tokens()
        case "signed":
            ticket = tickets.sign_ticket(KEYS, TICKET).reveal().encode()
            return [ticket, ticket[:-1], b"eyJhbGciOiJub25lIn0.e30."]
        case "csv":
            return [one.encode() for one in CSV]
        case "records" | "payloads":
            return records()
        case "frames":
            return frames()
        case _:
            return lines()


def seeds_of_all() -> list[bytes]:
    """Give the seeds of all targets but `lines`, with the byte that chooses; see `any_of`."""
    return [
        bytes([number]) + seed
        for number, name in enumerate(sorted(TARGETS))
        for seed in seeds_of(name)
    ]
