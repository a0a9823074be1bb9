"""People who come from a school without a browser: each step of a launch, to be bent by tests."""

import base64
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.running import RunningServer
from tests.school import COURSE, School

FRAGMENT = re.compile(
    r"/lti(?:#(?=login|launch)|/anywhere#(?=register|no))(?P<kind>\w+)\.(?P<rest>.+)"
)
"""Where people are let in, registered platforms alone may show the page."""


@dataclass
class Underway:
    """A browser on its way to the platform."""

    key: str
    url: str
    state: str

    @property
    def asked(self) -> dict[str, str]:
        """What the platform is asked."""
        return dict(parse_qsl(urlsplit(self.url).query))


class Visits:
    """Launches, one step after the other."""

    def __init__(self, server: RunningServer, school: School, operator_key: str) -> None:
        self.server = server
        self.school = school
        self.operator_key = operator_key
        self.http = httpx.AsyncClient(base_url=server.url, timeout=20)
        self.operator = httpx.AsyncClient(
            base_url=f"{server.url}/api/v1",
            headers={"Authorization": f"Bearer {operator_key}"},
            timeout=20,
        )

    async def aclose(self) -> None:
        await self.http.aclose()
        await self.operator.aclose()

    async def register(self, **changes: Any) -> dict[str, Any]:
        answer = await self.operator.put("/lti/platforms", json=self.school.form | changes)
        assert answer.status_code == 200, answer.text
        registered: dict[str, Any] = answer.json()
        return registered

    # --- steps -----------------------------------------------------------------------------

    async def begin(self, user: str, link: str = "", course: str = COURSE) -> Underway:
        """Click in the course; the browser keeps its key and is sent to the platform."""
        kind, token = await self.landed("GET", self.school.login_url(user, link, course))
        assert kind == "login"
        key = secrets.token_urlsafe(32)
        told = await self.done("/lti/login", {"login": token, "key": key})
        return Underway(key, told["url"], told["state"])

    async def landed(
        self, method: str, url: str, data: dict[str, str] | None = None
    ) -> tuple[str, str]:
        """Ask as a browser does that the platform sends; give what stands in the fragment."""
        headers = {"Origin": self.school.url} if method == "POST" else {}
        answer = await self.http.request(method, url, data=data, headers=headers)
        assert answer.status_code == 303, answer.text
        found = FRAGMENT.fullmatch(answer.headers["location"])
        assert found, answer.headers["location"]
        return found["kind"], found["rest"]

    async def post(self, state: str, id_token: str) -> tuple[str, str]:
        """Post what the platform has signed."""
        return await self.landed("POST", "/lti/launch", {"state": state, "id_token": id_token})

    async def launched(self, underway: Underway) -> dict[str, str]:
        """Have the platform sign, and post it; give what the page is told."""
        signed = self.school.signed(underway.asked)
        kind, rest = await self.post(signed["state"], signed["id_token"])
        assert kind == "launch", rest
        told: dict[str, str] = json.loads(base64.urlsafe_b64decode(rest + "=="))
        assert told["state"] == underway.state
        return told

    async def enter(self, user: str, link: str = "", course: str = COURSE) -> dict[str, Any]:
        """Come all the way in."""
        underway = await self.begin(user, link, course)
        told = await self.launched(underway)
        body = {"launch": told["launch"], "key": underway.key}
        entered: dict[str, Any] = await self.done("/lti/enter", body)
        return entered | {"key": underway.key}

    async def admitted(self, user: str, link: str) -> dict[str, Any]:
        """Come into the room of an activity, as its frame does."""
        entered = await self.enter(user, link)
        admitted: dict[str, Any] = await self.done(
            "/embed/enter", {"token": entered["token"], "key": entered["key"]}
        )
        return admitted

    # --- asking ----------------------------------------------------------------------------

    async def done(self, path: str, body: dict[str, Any]) -> Any:
        answer = await self.http.post(f"/api/v1{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, path: str, body: dict[str, Any]) -> str:
        answer = await self.http.post(f"/api/v1{path}", json=body)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        return str(answer.json()["code"])

    async def asked(self, method: str, path: str, body: Any = None) -> Any:
        """Ask with the operator's key."""
        answer = await self.operator.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()
