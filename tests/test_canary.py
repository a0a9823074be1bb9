"""A canary in every credential: after a whole run of a real server none is in anything it put out.

The run has secrets of every kind (the key ring, links, invite tokens, codes, tickets, cookies, API
keys, secrets for providers, mail, Redis, webhooks, media), goes through the main flows, and
provokes refusals and faults with these secrets in the places where people put them by mistake.
"""

import asyncio
import base64
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from protocol import commands as c
from protocol.client import connect
from tests.canaries import Canaries
from tests.faults.test_erasure import everything_in
from tests.integrations.receiver import receiving
from tests.mailbox import Mailbox
from tests.redis_servers import VALKEY, redis_server
from tests.running import RunningServer, free_port

ROOM = "e_demo-room"
GUEST, INVITED = "canary.guest@birds.example", "canary.invited@birds.example"
ISSUER = f"http://127.0.0.1:{free_port()}"
"""Nobody answers there."""


class Run:
    """One run: the server, whoever uses it, and what was collected."""

    def __init__(self, server: RunningServer, mailbox: Mailbox, known: Canaries) -> None:
        self.server = server
        self.mailbox = mailbox
        self.known = known
        self.key = ""
        self.session = ""

    def browser(self, **headers: str) -> httpx.AsyncClient:
        http = self.server.http()
        http.headers.update(headers)
        http.event_hooks["response"].append(self.known.of_reply)
        return http

    def cookies(self, who: str, http: httpx.AsyncClient) -> None:
        for one in http.cookies.jar:
            self.known.know(f"cookie {one.name} of the {who}", one.value or "")

    # --- what people do ----------------------------------------------------------------------

    async def go(self) -> None:
        known = self.known
        for number, key in enumerate(self._ring()):
            known.know(f"key {number} of the ring", key)
        code, out, err = await self.server.usher("key", "create", "--name", "canary")
        assert code == 0, err
        self.key = known.know("API key", json.loads(out)["key"])
        async with self.browser() as host:
            known.know("sign-in token", self.server.host_url.partition("#")[2])
            await self.server.sign_in(host)
            self.cookies("host", host)
            await self._host(host)
            await self._faults(host)
        await self._platform()

    def _ring(self) -> list[str]:
        text = (self.server.folder / "data" / "keys.json").read_text()
        return [one for one in re.findall(r'"([^"]+)"', text) if len(one) >= 40]

    async def _host(self, host: httpx.AsyncClient) -> None:
        known = self.known
        await done(host, "PUT", f"/entries/{ROOM}/guest-access", {"is_on": True})
        await done(host, "POST", f"/entries/{ROOM}/guest-links", {"name": "Class"})
        await done(host, "POST", f"/entries/{ROOM}/session/start", {})
        self.session = (await done(host, "GET", f"/entries/{ROOM}"))["session_id"]
        access = await done(host, "GET", f"/entries/{ROOM}/guest-access")
        url = next(one["url"] for one in access["links"] if one["name"] == "Class")
        link = known.know("token of a guest link", url.partition("#g.")[2])
        form = {"token": link, "name": "Gus", "email": GUEST}
        async with self.browser() as guest:
            await done(guest, "POST", "/doors/guest/look", {"token": link})
            admitted = await done(guest, "POST", "/doors/guest", form)
            known.know("ticket of the guest", admitted["ticket"])
            self.cookies("guest", guest)
            socket = self.server.url.replace("http", "ws", 1)
            path = f"{socket}/api/v1/sessions/{self.session}/socket"
            async with connect(path, ticket=admitted["ticket"]) as client:
                await client.ask(c.RaiseHand())
                who = f"/entries/{ROOM}/participants/{admitted['participant_id']}"
                await done(host, "PUT", f"{who}/role", {"role": "moderator"})
            known.heard("addresses after redemption", admitted["next"])
        await self._invitation(host)
        for path in ("csv", "json"):
            await host.get(f"/sessions/{self.session}/attendance?format={path}")
            await host.get(f"/entries/{ROOM}/audit/export?format={path}")
        checked = await done(host, "GET", f"/entries/{ROOM}/audit/check")
        assert checked["is_intact"]

    async def _invitation(self, host: httpx.AsyncClient) -> None:
        known = self.known
        body = {"invitees": [{"email": INVITED}], "invitation_type": "speaker", "send_mail": True}
        await done(host, "POST", f"/entries/{ROOM}/invitations", body)
        [mail] = await self.mailbox.wait_for(1, 20)
        text = plain(mail)
        token = known.know("token of an invitation", words(r"#i\.([\w.-]+)", text))
        for number in range(2):
            async with self.browser() as invited:
                form = {"token": token, "email": INVITED}
                await done(invited, "POST", "/doors/invitation/look", {"token": token})
                if not number:
                    admitted = await done(invited, "POST", "/doors/invitation", form)
                    known.know("ticket of an invitee", admitted["ticket"])
                    continue
                # On another device: refused, until a mailed code moves the invitation there.
                await invited.post("/doors/invitation", json=form)
                await done(invited, "POST", "/doors/invitation/code", form)
                mails = await self.mailbox.wait_for(2, 20)
                told = plain(mails[1])
                code = known.know(
                    "one-time code", words(r"(?<!\d)(\d{3} \d{3})(?!\d)", told).replace(" ", "")
                )
                wrong = str((int(code) + 1) % 1_000_000).zfill(6)
                await invited.post("/doors/invitation/verify", json=form | {"code": wrong})
                await done(invited, "POST", "/doors/invitation/verify", form | {"code": code})
                self.cookies("invitee", invited)

    async def _platform(self) -> None:
        """The backend of a platform signs somebody in, and is told of what happens."""
        known = self.known
        async with self.browser(Authorization=f"Bearer {self.key}") as platform:
            hook = {"url": f"{ISSUER}/hook", "entry_id": ROOM}
            made = await done(platform, "POST", "/webhooks", hook)
            known.know("secret of a webhook", made["secret"])
            await platform.post(f"/webhooks/{made['id']}/test", json={})
            who = {"account_id": "lms-7", "name": "Lea", "email": "lea@birds.example"}
            minted = await done(platform, "POST", "/tokens", who | {"entry_id": ROOM})
            token = known.know("host token", minted["token"])
            async with self.browser() as lea:
                await done(lea, "POST", "/sign-in", {"token": token})
                self.cookies("account", lea)
                await lea.post("/sign-in", json={"token": token})
                await lea.post("/sign-out", json={})
            await done(platform, "POST", "/people/export", {"email": GUEST})
            await done(platform, "POST", "/people/erase", {"email": GUEST})
        async with self.browser() as nobody:
            key = known.know("key of a browser", secrets.token_urlsafe(32))
            body = {"provider_id": "school", "key": key}
            await nobody.post("/sign-in/begin", json=body)
            await nobody.post("/sign-in/finish", json=body | {"state": "x", "code": "y"})

    async def _faults(self, host: httpx.AsyncClient) -> None:
        """Put every secret where it does not belong: paths, queries, headers, wrong fields."""
        doors = ("/doors/guest", "/doors/invitation/look", "/sign-in", "/embed/enter")
        async with self.browser() as lost:
            for secret in list(self.known.secrets.values()):
                bad = {"token": f"{secret}x", "secret": secret}
                await asyncio.gather(
                    lost.get(f"/entries/{secret}", params={"token": secret}),
                    lost.get(f"{self.server.url}/s/{secret}?ticket={secret}"),
                    lost.get(f"{self.server.url}/{secret}", headers={"Referer": secret}),
                    *(lost.post(path, json=bad) for path in doors),
                    lost.post("/doors/guest", content=f'{{"token": "{secret}"'.encode()),
                    lost.get("/me", headers={"Authorization": f"Bearer {secret}x"}),
                    lost.get("/me", headers={"Cookie": f"usher_account={secret}x"}),
                    lost.post("/sign-out", json={}, headers={"Origin": f"http://{secret}"}),
                    host.put(f"/entries/{ROOM}/guest-access", json={"is_on": secret}),
                )

    async def look(self, redis: str) -> None:
        """Collect what a running server shows, and what its store holds."""
        known, pid = self.known, self.server.pid
        async with httpx.AsyncClient(base_url=self.server.url) as http:
            known.heard("/metrics", (await http.get("/metrics")).text)
            known.heard("/readyz", (await http.get("/readyz")).text)
        proc = Path(f"/proc/{pid}")
        known.heard("the title of the process", (proc / "cmdline").read_text())
        known.heard("the title of the process", (proc / "comm").read_text())
        assert (proc / "environ").stat().st_mode & 0o077 == 0, "settings are for the owner alone"
        known.heard("Redis", (await everything_in(redis)).decode(errors="replace"))


def of_mails(known: Canaries, mails: list[EmailMessage]) -> None:
    """Note all of each mail but the one secret that it was sent for.

    A browser opens the link, and somebody types the code: of these, each has its own in it.
    """
    own = [known.secrets["token of an invitation"], known.secrets["one-time code"]]
    assert len(mails) == len(own)
    for mail, secret in zip(mails, own, strict=True):
        parts = [str(mail.items())]
        parts += [str(one.get_content()) for one in mail.walk() if not one.is_multipart()]
        # A code is written with a space in its middle.
        text = re.sub(r"(?<!\d)(\d{3})\s(\d{3})(?!\d)", r"\1\2", "\n".join(parts))
        assert secret in text
        known.heard("mails", text.replace(secret, ""))


async def done(http: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    answer = await http.request(method, path, json=body)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json()


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def words(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, pattern
    return found[1]


@pytest.fixture
async def ran(tmp_path: Path) -> AsyncIterator[Canaries]:
    """A whole run, ended, with what it knew and what it has put out."""
    known = Canaries()
    passwords = {
        one: known.know(f"{one}, in the settings", f"{one}-canary-{secrets.token_hex(8)}")
        for one in ("redis", "smtp", "provider", "media")
    }
    (tmp_path / "provider.secret").write_text(passwords["provider"])
    (tmp_path / "providers.toml").write_text(
        f'[[provider]]\nid = "school"\nname = "School"\nissuer = "{ISSUER}"\n'
        'client_id = "usher"\nclient_secret_file = "provider.secret"\n'
    )
    redis = ("--requirepass", passwords["redis"])
    login = ("canary", passwords["smtp"])
    async with (
        redis_server(tmp_path / "redis", *redis, program=VALKEY) as store,
        Mailbox(login=login) as box,
        receiving() as collector,
    ):
        collector.always = 200
        url = store.url.replace("//", f"//:{passwords['redis']}@", 1)
        env = {
            "REDIS_URL": url,
            "USHER_KEYS": str(tmp_path / "data" / "keys.json"),
            "USHER_LOG": "debug",
            "USHER_TRACES": collector.url.replace("hook", ""),
            "USHER_OIDC": str(tmp_path / "providers.toml"),
            "USHER_INNER": "127.0.0.0/8",
            "USHER_SMTP_URL": box.url.replace("//", f"//canary:{passwords['smtp']}@", 1),
            "USHER_MAIL_FROM": "usher@birds.example",
            "LIVEKIT_URL": ISSUER,
            "LIVEKIT_API_KEY": "media",
            "LIVEKIT_API_SECRET": passwords["media"],
        }
        server = RunningServer(tmp_path, env)
        await server.start()
        run = Run(server, box, known)
        try:
            await run.go()
            await run.look(f"{url}?prefix=")
        finally:
            await server.stop()
        # What was printed before is the sign-in URL, which is asked for there.
        known.heard("standard output", await server.rest_of_output())
        known.heard("the log", server.log)
        # All spans are out when the server has ended.
        for request in collector.received:
            known.heard("traces", f"{request.head} {request.headers}")
            known.heard("traces", request.body.decode(errors="replace"))
        of_mails(known, box.messages)
        yield known


KINDS = (
    "key 0 of the ring", "API key", "sign-in token", "host token", "token of a guest link",
    "token of an invitation", "one-time code", "ticket of the guest", "ticket of an invitee",
    "cookie usher_account of the host", "cookie usher_device of the guest", "secret of a webhook",
    "key of a browser", "redis, in the settings", "smtp, in the settings",
    "provider, in the settings", "media, in the settings",
)  # fmt: skip
OUTPUTS = (
    "the log", "standard output", "/metrics", "the title of the process", "Redis",
    "headers of replies", "bodies of refusals", "where replies lead", "addresses after redemption",
    "traces", "mails",
)  # fmt: skip


async def test_no_secret_of_a_whole_run_is_in_anything_it_put_out(ran: Canaries) -> None:
    assert set(KINDS) <= ran.secrets.keys()
    assert set(OUTPUTS) <= ran.outputs.keys()
    assert "usher.access" in "".join(ran.outputs["the log"])
    traces = "".join(ran.outputs["traces"])
    assert "command RaiseHand" in traces
    assert "POST /api/v1/doors/invitation" in traces
    assert ran.found() == []
    # Each of them would have been found in each of these.
    for name, secret in ran.secrets.items():
        for where, texts in ran.outputs.items():
            planted = Canaries({name: secret}, {where: [*texts, f"[{secret}]"]})
            assert planted.found(), f"{name} in {where}"


@pytest.mark.parametrize(
    "put", [str, repr, json.dumps, quote, lambda one: base64.b64encode(one.encode()).decode(),
            lambda one: f"…{one[10:]}"],
)  # fmt: skip
def test_a_secret_is_found_however_it_was_put(put: Callable[[str], str]) -> None:
    secret = f"a/b+c={secrets.token_hex(16)}"
    known = Canaries({"a secret": secret}, {"a log": [f"GET {put(secret)} 200"]})
    assert known.found()


@pytest.mark.parametrize("text", ["code=123456", "at 123456 ms", '"123456"', "123456"])
def test_a_code_is_found_where_it_stands_alone_and_no_part_of_a_number(text: str) -> None:
    assert Canaries({"code": "123456"}, {"log": [text]}).found()
    assert not Canaries({"code": "123456"}, {"log": [f"1800123456{text[:0]}"]}).found()
