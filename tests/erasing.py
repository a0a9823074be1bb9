"""Somebody who leaves traces wherever a server keeps anything, and a search for these traces."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from protocol.client import connect
from server.store.interface import Store
from server.store.sealing import TABLE
from tests.running import RunningServer

ROOM, VIDEO = "e_demo-room", "e_demo-video"
NAME, EMAIL = "Zebedee Quux", "zebedee.quux@elsewhere.example"
TRACES = ("Zebedee", "Quux", "zebedee")


class Traced:
    """The person, and the host who looks for them."""

    def __init__(self, server: RunningServer, host: httpx.AsyncClient) -> None:
        self.server = server
        self.host = host
        self.session = ""
        self.second = ""

    def browser(self) -> httpx.AsyncClient:
        """Make a browser for somebody else, on the same site as the host's."""
        other = self.server.http()
        other.headers.update(
            {key: self.host.headers[key] for key in ("Origin", "Host") if key in self.host.headers}
        )
        return other

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.host.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def leave_traces(self) -> None:
        """Come as a guest, be invited, mailed, blocked, signed in; another session begins."""
        await self.ask("PUT", f"/entries/{ROOM}/guest-access", {"is_on": True})
        await self.ask("POST", f"/entries/{ROOM}/guest-links", {"name": "Class"})
        access = await self.ask("GET", f"/entries/{ROOM}/guest-access")
        await self.ask("POST", f"/entries/{ROOM}/session/start", {})
        self.session = (await self.ask("GET", f"/entries/{ROOM}"))["session_id"]
        url = next(one["url"] for one in access["links"] if one["name"] == "Class")
        async with self.browser() as guest:
            form = {"token": url.partition("#g.")[2], "name": NAME, "email": EMAIL}
            admitted = (await guest.post("/doors/guest", json=form)).json()
        participant = f"/entries/{ROOM}/participants/{admitted['participant_id']}"
        socket = f"{str(self.host.base_url).replace('http', 'ws', 1)}sessions/{self.session}/socket"
        async with connect(socket, ticket=admitted["ticket"]) as client:
            await client.until(lambda client: client.view is not None, timeout_s=20)
            await self.ask("PUT", f"{participant}/role", {"role": "speaker"})
        await self.ask("POST", f"{participant}/block", {})
        invitees = [{"email": EMAIL, "first_name": "Zebedee", "last_name": "Quux"}]
        body = {"invitees": invitees, "invitation_type": "viewer", "message": f"Dear {NAME}"}
        await self.ask("POST", f"/entries/{VIDEO}/invitations", body)
        await self._sign_in()
        await self.ask("POST", f"/entries/{ROOM}/session/end", {})
        await self.ask("POST", f"/entries/{ROOM}/session/start", {})
        self.second = (await self.ask("GET", f"/entries/{ROOM}"))["session_id"]

    async def _sign_in(self) -> None:
        code, out, err = await self.server.usher(
            "token", "--account", "lms-77", "--name", NAME, "--email", EMAIL,
            "--entry", VIDEO, "--part", "co_editor",
        )  # fmt: skip
        assert code == 0, err
        async with self.browser() as browser:
            answer = await browser.post("/sign-in", json={"token": json.loads(out)["token"]})
            assert answer.status_code == 200, answer.text

    async def surfaces(self, http: httpx.AsyncClient | None = None) -> str:
        """Read everything that a host can read."""
        http = http or self.host
        paths = [
            f"/sessions/{session}/attendance{form}"
            for session in (self.session, self.second)
            for form in ("", "?format=csv", "/people")
        ]
        for entry in (ROOM, VIDEO):
            paths += [f"/entries/{entry}/invitations", f"/entries/{entry}/blocks"]
            paths += [f"/entries/{entry}/collaborators", f"/users?entry_id={entry}&q=zeb"]
        paths.append("/outbox")
        read = []
        for path in paths:
            answer = await http.get(path)
            assert answer.status_code == 200, f"{path}: {answer.text}"
            read.append(answer.text)
        return "\n".join(read)


def found(text: str | bytes) -> list[str]:
    """List the traces in a text."""
    data = text if isinstance(text, bytes) else text.encode()
    return [one for one in TRACES if one.encode() in data]


async def wrapped_keys(store: Store, person_ids: Iterable[str]) -> list[bytes]:
    """Get the wrapped keys of people, without which nothing sealed can be read."""
    stored = [await store.get(TABLE, one, 0) for one in person_ids]
    return [one[-32:] for one in stored if one is not None]


def bytes_below(folder: Path) -> bytes:
    """Read every file below a folder."""
    return b"\0".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())
