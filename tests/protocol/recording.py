"""Record what a server and its clients say, for tests of later ones: `python -m
tests.protocol.recording`.

Written once for a wire version and never again: `recorded/v1.jsonl` is what a client of that time
has heard and said. One line is one frame, in base64 where it is binary; `means` is what it meant
to those who sent it.
"""

import asyncio
import base64
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from protocol import commands as c
from protocol.codec import JSON, MSGPACK, Codec
from protocol.commands import Command
from protocol.ids import CommandId, ParticipantId
from protocol.messages import Do, Hello, Pong, Position, Unwatch, Watch
from protocol.model import Wire
from protocol.plain import SERVER_LIMITS, parse_json, parse_msgpack
from protocol.roles import Group, Role
from protocol.version import WIRE_VERSION
from protocol.views import Range, Window
from tests.running import RunningServer, running_server

FOLDER = Path(__file__).parent / "recorded"
DOCS = Path(__file__).parents[2] / "docs" / "protocol.md"
WINDOW = Window(groups={group: Range(first=0, count=50) for group in Group})
LIMIT_S = 20


class Tape:
    """What was recorded of one line."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.lines: list[dict[str, Any]] = []

    def take(self, who: str, frame: str | bytes) -> dict[str, Any]:
        text = frame if isinstance(frame, str) else base64.b64encode(frame).decode()
        read = parse_json if isinstance(frame, str) else parse_msgpack
        means: Any = read(frame, SERVER_LIMITS)  # type: ignore[arg-type]
        said = {"from": who, "codec": self.codec.name, "frame": text, "means": means}
        self.lines.append(said)
        return said


class Recorded:
    """A line that is being recorded."""

    def __init__(self, socket: ClientConnection, tape: Tape) -> None:
        self.socket = socket
        self.tape = tape

    async def say(self, message: Wire) -> None:
        frame = self.tape.codec.frame(message)
        self.tape.take("client", frame)
        await self.socket.send(frame)

    async def hear(self, type: str, **fields: Any) -> dict[str, Any]:
        async with asyncio.timeout(LIMIT_S):
            while True:
                means: dict[str, Any] = self.tape.take("server", await self.socket.recv())["means"]
                if means["type"] == "ping":
                    await self.say(Pong())
                if means["type"] == type and fields.items() <= means.items():
                    return means

    async def end(self) -> None:
        try:
            await self.hear("nothing")
        except ConnectionClosed:
            return


async def record(server: RunningServer, codec: Codec) -> Tape:
    """Have a guest come, be seen, be promoted and be removed; give the guest's line."""
    tape = Tape(codec)
    async with server.http() as host, server.http() as guest:
        await server.sign_in_again(host)
        room = "/entries/e_demo-room"
        session = (await host.post(f"{room}/session/start", json={})).json()["result"]["session_id"]
        await host.put(f"{room}/guest-access", json={"is_on": True})
        link = (await host.post(f"{room}/guest-links", json={"name": codec.name})).json()
        access = (await host.get(f"{room}/guest-access")).json()
        made = link["result"]["link_id"]
        [url] = [one["url"] for one in access["links"] if one["id"] == made]
        form = {"token": url.partition("#g.")[2], "name": "Ada", "email": "ada@example.org"}
        admitted = (await guest.post("/doors/guest", json=form)).json()
        await host.post(f"{room}/enter", json={})
        who = ParticipantId(admitted["participant_id"])
        async with connect(
            f"{server.url.replace('http', 'ws')}/api/v1/sessions/{session}/socket",
            subprotocols=[Subprotocol(codec.name)],
            additional_headers={"Authorization": f"Bearer {admitted['ticket']}"},
            compression=None,
        ) as socket:
            line = Recorded(socket, tape)
            await line.say(Hello(wire_version=WIRE_VERSION, window=WINDOW))
            await line.hear("snapshot")
            await line.say(Do(id=CommandId("c-1"), command=c.RaiseHand()))
            await line.hear("delta")
            await host.put(f"{room}/participants/{who}/role", json={"role": Role.MODERATOR})
            await line.hear("notice", kind="role_changed")
            await line.say(Do(id=CommandId("c-2"), command=c.LowerHand()))
            await line.hear("reply", id="c-2")
            await line.say(Do(id=CommandId("c-3"), command=c.DeleteEntry()))
            await line.hear("reply", id="c-3", is_done=False)
            await line.hear("ping")
            await line.say(Watch(window=WINDOW))
            await line.hear("snapshot")
            await host.post(f"{room}/participants/{who}/remove", json={})
            await line.end()
        await host.post(f"{room}/session/end", json={})
    return tape


def spoken(codec: Codec) -> Tape:
    """Say everything else that a client can say, each command among it."""
    tape = Tape(codec)
    examples = re.findall(r"^\| `\w+` \|[^|]*\| `({.*?})` \|", DOCS.read_text("utf-8"), re.M)
    for number, example in enumerate(examples):
        command: Command = Do.model_validate_json(
            f'{{"type": "do", "id": "c-{number}", "command": {example}}}'
        ).command
        tape.take("client", codec.frame(Do(id=CommandId(f"c-{number}"), command=command)))
    resume = Position(epoch="m3x9", version=121)
    for message in (Hello(wire_version=WIRE_VERSION, resume=resume, window=WINDOW), Unwatch()):
        tape.take("client", codec.frame(message))
    return tape


async def main() -> None:
    """Write the file of this wire version."""

    def lines(tapes: list[Tape]) -> Iterator[str]:
        for tape in tapes:
            for line in tape.lines:
                yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"

    with tempfile.TemporaryDirectory() as folder:
        async with running_server(Path(folder), {"USHER_PING_MS": "300"}) as server:
            live = [await record(server, codec) for codec in (JSON, MSGPACK)]
    tapes = [*live, *(spoken(codec) for codec in (JSON, MSGPACK))]
    path = FOLDER / f"v{WIRE_VERSION}.jsonl"
    path.write_text("".join(lines(tapes)), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
