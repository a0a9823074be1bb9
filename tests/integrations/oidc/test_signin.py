"""Signing in at a provider that we did not write (`oidc-provider-mock`, on Authlib)."""

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import pytest_asyncio

from tests.running import RunningServer, free_port, running_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

USERS = (
    {"sub": "ada", "name": "Ada", "email": "ada@example.org", "email_verified": True},
    {"sub": "eve", "name": "Eve", "email": "ada@example.org", "email_verified": False},
    {"sub": "bare", "name": "Bare"},
)
ISSUER = "https://elsewhere.example"


@asynccontextmanager
async def provider() -> AsyncIterator[str]:
    """Run the provider, in a process of its own: what its libraries warn of is not ours."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"),
        *(word for user in USERS for word in ("--user-claims", json.dumps(user))),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    url = f"http://localhost:{port}"
    try:
        async with asyncio.timeout(30), httpx.AsyncClient() as http:
            while not await _answers(http, url):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/.well-known/openid-configuration")).is_success
    except httpx.TransportError:
        return False


def listed(folder: Path, issuer: str) -> dict[str, str]:
    """Write the file of providers; give the environment that names it."""
    (folder / "secret").write_text("s3cret/with:signs\n")
    (folder / "oidc.toml").write_text(
        f'[[provider]]\nid = "uni"\nname = "Example University"\nissuer = "{issuer}"\n'
        'client_id = "usher"\nclient_secret_file = "secret"\n\n'
        f'[[provider]]\nid = "open"\nname = "Open"\nissuer = "{issuer}"\n'
        'client_id = "usher-open"\nclient_secret_file = "secret"\ntrusts_email = true\n\n'
        f'[[provider]]\nid = "gone"\nname = "Gone"\nissuer = "{ISSUER}"\nclient_id = "x"\n'
    )
    return {"USHER_OIDC": str(folder / "oidc.toml"), "USHER_INNER_PLATFORMS": "127.0.0.0/8 ::1"}


@dataclass
class SignIn:
    """Somebody on the way: what their browser keeps, and what the provider says at the end."""

    key: str
    back: dict[str, str]

    @property
    def body(self) -> dict[str, str]:
        return {"key": self.key, **self.back}


class Desk:
    """Where people sign in."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.http = server.http()

    async def come_back(self, sub: str, provider_id: str = "uni", **more: str) -> SignIn:
        """Go to the provider, authorize there, and be sent back."""
        key = secrets.token_urlsafe(32)
        begun = await self.http.post(
            "/sign-in/begin", json={"provider_id": provider_id, "key": key}
        )
        assert begun.status_code == 200, begun.text
        async with httpx.AsyncClient(timeout=20) as browser:
            answer = await browser.post(begun.json()["url"], data={"sub": sub, **more})
        back = urlsplit(answer.headers["location"])
        assert back.path == f"/sign-in/{provider_id}"
        return SignIn(key, {"provider_id": provider_id, **dict(parse_qsl(back.query))})

    async def refused(self, body: dict[str, Any]) -> str:
        async with self.server.http() as stranger:
            answer = await stranger.post("/sign-in/finish", json=body)
            assert "set-cookie" not in answer.headers
        return str(answer.json()["code"])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("oidc")
    async with (
        provider() as issuer,
        running_server(folder, listed(folder, issuer)) as server,
    ):
        opened = Desk(server)
        yield opened
        await opened.http.aclose()


async def test_somebody_signs_in_and_is_the_same_account_again(desk: Desk) -> None:
    accounts = []
    for _ in range(2):
        answer = await desk.http.post("/sign-in/finish", json=(await desk.come_back("ada")).body)
        assert answer.status_code == 200, answer.text
        accounts.append(answer.json()["me"]["account_id"])
    me = (await desk.http.get("/me")).json()

    assert (me["name"], me["email"], me["is_operator"]) == ("Ada", "ada@example.org", False)
    assert accounts == [me["account_id"]] * 2


async def test_who_can_be_signed_in_with_is_listed_without_secrets(desk: Desk) -> None:
    answer = await desk.http.get("/sign-in/providers")

    names = [one["name"] for one in answer.json()["providers"]]
    assert names == ["Example University", "Open", "Gone"]
    assert "s3cret" not in answer.text


async def test_an_address_that_is_not_verified_signs_nobody_in(desk: Desk) -> None:
    for sub in ("eve", "bare"):
        assert await desk.refused((await desk.come_back(sub)).body) == "email_unverified"


async def test_an_account_is_the_provider_and_its_person_and_not_the_address(desk: Desk) -> None:
    """Where the addresses are trusted, two people with one address are two accounts still."""
    found = set()
    for sub in ("ada", "eve"):
        async with desk.server.http() as http:
            body = (await desk.come_back(sub, "open")).body
            answer = await http.post("/sign-in/finish", json=body)
            found.add(answer.json()["me"]["account_id"])
    assert len(found) == 2


async def test_signing_in_ends_in_the_browser_in_which_it_began(desk: Desk) -> None:
    body = (await desk.come_back("ada")).body

    assert await desk.refused(body | {"key": secrets.token_urlsafe(32)}) == "sign_in_failed"


async def test_nobody_signs_in_twice_with_one_answer(desk: Desk) -> None:
    body = (await desk.come_back("ada")).body
    assert (await desk.http.post("/sign-in/finish", json=body)).status_code == 200

    assert await desk.refused(body) == "sign_in_failed"


async def test_a_code_does_not_go_with_another_state(desk: Desk) -> None:
    """Its verifier and nonce are of the state with which it was asked for."""
    first, second = await desk.come_back("ada"), await desk.come_back("ada")

    assert await desk.refused(first.body | {"code": second.back["code"]}) == "sign_in_failed"


async def test_the_answer_of_another_provider_is_refused(desk: Desk) -> None:
    body = (await desk.come_back("ada")).body

    assert await desk.refused(body | {"iss": ISSUER}) == "sign_in_failed"


async def test_an_answer_that_came_by_another_providers_address_is_refused(desk: Desk) -> None:
    """Providers that do not say who they are could be mixed up otherwise."""
    body = (await desk.come_back("ada")).body

    assert await desk.refused(body | {"provider_id": "open"}) == "sign_in_failed"


@pytest.mark.parametrize("state", ["x", "a.b.c"])
async def test_a_state_that_is_not_ours_is_refused(desk: Desk, state: str) -> None:
    body = (await desk.come_back("ada")).body

    assert await desk.refused(body | {"state": state}) == "sign_in_failed"


async def test_a_provider_that_does_not_answer_is_told_of(desk: Desk) -> None:
    body = {"provider_id": "gone", "key": secrets.token_urlsafe(32)}
    answer = await desk.http.post("/sign-in/begin", json=body)
    unknown = await desk.http.post("/sign-in/begin", json=body | {"provider_id": "other"})

    assert (answer.status_code, answer.json()["code"]) == (502, "platform_unreachable")
    assert unknown.json()["code"] == "not_found"


async def test_no_code_no_secret_and_no_person_is_in_the_log(desk: Desk) -> None:
    coming = await desk.come_back("ada")
    await desk.http.post("/sign-in/finish", json=coming.body)

    for secret in (
        coming.key,
        coming.back["code"],
        coming.back["state"],
        "s3cret",
        "ada@example.org",
    ):
        assert secret not in desk.server.log
    assert "signing in was refused: other browser" in desk.server.log
