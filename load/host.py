"""The host's side of a run: makes a guest link, opens the session, counts who is seen."""

import asyncio
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from load.process import LoadError
from protocol.routes import API

TIMEOUT_S = 60.0
ENTER_TRIES = 5
"""A large room may take a busy machine longer to open than the server lets one wait."""
REST_S = 1.0


@dataclass(slots=True)
class Host:
    """Somebody who may manage the entry: a platform's API key, or the host's sign-in URL."""

    url: str
    entry_id: str
    key: str | None = None
    _http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        """Refuse anything but loopback: a load test is not for other people's machines."""
        name = urlsplit(self.url).hostname or ""
        if not _is_loopback(name):
            raise LoadError(f"{name} is not on loopback")
        headers = {"Origin": self.url, "X-Usher": "1"}
        if self.key:
            headers = {"Authorization": f"Bearer {self.key}"}
        self._http = httpx.AsyncClient(
            base_url=f"{self.url}{API}", headers=headers, timeout=TIMEOUT_S
        )

    async def sign_in(self, host_url: str) -> None:
        """Redeem a sign-in URL for a cookie."""
        await self.call("POST", "/sign-in", {"token": urlsplit(host_url).fragment})

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the server.

        Raises:
            LoadError: it refuses; the code says why.
        """
        answer = await self._http.request(method, path, json=body)
        if answer.is_success:
            return answer.json()
        raise LoadError(f"{method} {path}: {answer.status_code} {answer.text[:200]}")

    async def open_room(self, members: int) -> str:
        """Open the session and make a guest link; return the link's token."""
        entry = f"/entries/{self.entry_id}"
        await self.call("POST", f"{entry}/session/start", {})
        await self.call("PUT", f"{entry}/guest-access", {"is_on": True})
        links = (await self.call("GET", f"{entry}/guest-access"))["links"]
        if len(links) == 3:
            await self.call("DELETE", f"{entry}/guest-links/{links[-1]['id']}")
        body = {"name": f"Load of {members}"}
        made = await self.call("POST", f"{entry}/guest-links", body)
        link_id = made["result"]["link_id"]
        links = (await self.call("GET", f"{entry}/guest-access"))["links"]
        [url] = [link["url"] for link in links if link["id"] == link_id]
        return str(urlsplit(url).fragment.partition(".")[2])

    async def enter(self) -> dict[str, Any]:
        """Enter the room as the host."""
        path = f"/entries/{self.entry_id}/enter"
        for _ in range(ENTER_TRIES):
            answer = await self._http.post(path, json={})
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            await asyncio.sleep(REST_S)
        if answer.is_success:
            entered: dict[str, Any] = answer.json()
            return entered
        raise LoadError(f"POST {path}: {answer.status_code} {answer.text[:200]}")

    async def count(self) -> int:
        """Count who is in the room by what the server says."""
        entry = await self.call("GET", f"/entries/{self.entry_id}")
        counts = await self.call("GET", f"/sessions/{entry['session_id']}/counts")
        return int(counts["all"])

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
