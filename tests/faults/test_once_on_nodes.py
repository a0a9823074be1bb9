"""What works once works once at real nodes, each a process of its own, asked in one instant."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from tests.crowd import until
from tests.mailbox import Mailbox
from tests.nodes import RunningNodes, running_nodes
from tests.redis_servers import own_prefix
from tests.running import RunningServer

NODES = 6
AT_EACH = 2
ENTRY = "/entries/e_demo-room"
CODES = 5
"""Codes to one address within an hour (`codes_per_email`)."""

pytestmark = [pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]


@dataclass
class Site:
    """Nodes that run, with a host signed in."""

    nodes: RunningNodes
    mailbox: Mailbox
    host: httpx.AsyncClient
    stack: AsyncExitStack
    browsers: int = 0

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask as the host, at any node."""
        answer = await self.host.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def browser(self, node: RunningServer, address: str = "") -> httpx.AsyncClient:
        """Make a browser, at an address of its own, with a connection to one node."""
        self.browsers += 1
        http = await self.stack.enter_async_context(
            node.http(address or f"127.4.{self.browsers // 250}.{1 + self.browsers % 250}")
        )
        public = self.nodes.url
        http.headers.update({"Origin": public, "Host": public.removeprefix("http://")})
        assert (await http.get("/me")).status_code in (200, 401)
        return http

    async def at_once(self, path: str, body: Callable[[int], dict[str, str]]) -> Counter[str]:
        """Post from many browsers in the same instant, spread over all nodes; count the answers."""
        browsers = [await self.browser(node) for node in self.nodes.nodes for _ in range(AT_EACH)]
        answers = await asyncio.gather(
            *(one.post(path, json=body(number)) for number, one in enumerate(browsers))
        )
        return Counter("done" if one.status_code == 200 else one.json()["code"] for one in answers)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("once")
    async with Mailbox() as mailbox, AsyncExitStack() as stack:
        env = {"USHER_SMTP_URL": mailbox.url, "USHER_MAIL_FROM": "Usher <usher@example.org>"}
        url = own_prefix(redis_url, folder)
        nodes = await stack.enter_async_context(running_nodes(folder, NODES, url, env))
        host = await stack.enter_async_context(nodes.http())
        await nodes.sign_in(host)
        made = Site(nodes, mailbox, host, stack)
        await made.ask("POST", f"{ENTRY}/session/start", {})
        await made.ask("PUT", f"{ENTRY}/guest-access", {"is_on": True})
        yield made


@pytest.mark.parametrize("uses", [1, 3])
async def test_a_link_lets_in_as_many_as_it_has_uses(site: Site, uses: int) -> None:
    made = await site.ask("POST", f"{ENTRY}/guest-links", {"name": f"For {uses}", "uses": uses})
    links = (await site.ask("GET", f"{ENTRY}/guest-access"))["links"]
    [url] = [one["url"] for one in links if one["id"] == made["result"]["link_id"]]
    token = urlsplit(url).fragment.partition(".")[2]

    counted = await site.at_once(
        "/doors/guest",
        lambda number: {
            "token": token,
            "name": f"Guest {number}",
            "email": f"guest{uses}-{number}@example.org",
        },
    )

    assert counted == {"done": uses, "link_used_up": NODES * AT_EACH - uses}
    links = (await site.ask("GET", f"{ENTRY}/guest-access"))["links"]
    assert [one["uses"] for one in links if one["url"] == url] == [uses]


async def test_a_sign_in_works_once(site: Site) -> None:
    code, out, err = await site.nodes.usher(
        "token", "--account", "a7", "--name", "Ida", "--email", "ida@example.org"
    )
    assert code == 0, err
    token = json.loads(out)["token"]

    counted = await site.at_once("/sign-in", lambda _: {"token": token})

    assert counted["done"] == 1
    assert counted.total() == NODES * AT_EACH


async def test_a_code_works_once(site: Site) -> None:
    body = await invited(site, "eve@example.org")
    other = await site.browser(site.nodes.nodes[1])
    assert (await other.post("/doors/invitation/code", json=body)).status_code == 200
    # The invitation itself, and the code.
    [_, mail] = await mails_to(site, body["email"], 2)

    counted = await site.at_once(
        "/doors/invitation/verify", lambda _: {**body, "code": code_in(mail)}
    )

    assert counted == {"done": 1, "code_expired": NODES * AT_EACH - 1}


async def test_no_more_codes_are_sent_than_the_limit_says(site: Site) -> None:
    body = await invited(site, "ada@example.org")

    counted = await site.at_once("/doors/invitation/code", lambda _: body)

    assert counted == {"done": CODES, "rate_limited": NODES * AT_EACH - CODES}


async def invited(site: Site, email: str) -> dict[str, str]:
    """Invite somebody, who comes in with a first browser; say what the door wants to know."""
    made = await site.ask(
        "POST",
        f"{ENTRY}/invitations",
        {"invitees": [{"email": email}], "invitation_type": "speaker"},
    )
    [one] = made["result"]["invitation_ids"]
    url = (await site.ask("GET", f"{ENTRY}/invitations/{one}/link"))["url"]
    body = {"token": urlsplit(url).fragment.partition(".")[2], "email": email}
    first = await site.browser(site.nodes.nodes[0])
    assert (await first.post("/doors/invitation", json=body)).status_code == 200
    return body


async def mails_to(site: Site, email: str, count: int) -> list[EmailMessage]:
    """Wait until somebody has got so many mails."""

    def come() -> list[EmailMessage]:
        return [one.message for one in site.mailbox.deliveries if one.rcpt_to == email]

    await until(lambda: len(come()) >= count)
    return come()


def code_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"\b(\d{3})\s?(\d{3})\b", body.get_content())
    assert found
    return "".join(found.groups())
