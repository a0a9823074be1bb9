"""The page of an entry names the host of its document, to those who are shown it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.roles import EntryKind, Part
from server.edge.headers import DOCUMENT_WORKER_POLICY
from server.store.interface import Unavailable
from tests.edge.browsers import Browser
from tests.edge.house import House, opened_house

ELSEWHERE = "https://files.example:8443"
OURS = "connect-src 'self' ws: wss:;"
THEIRS = f"connect-src 'self' {ELSEWHERE} ws: wss:;"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A server with a page to serve."""
    web = tmp_path / "dist"
    (web / "assets").mkdir(parents=True)
    (web / "entry.html").write_text("<!doctype html>")
    (web / "assets" / "pdf.worker.min-a1B2c3D4.mjs").write_text("export {}")
    (web / "assets" / "pdf-5.6.205").mkdir()
    (web / "assets" / "pdf-5.6.205" / "H.bcmap").write_bytes(b"map")
    async with opened_house(tmp_path, web_dir=web) as running:
        yield running


async def policy(house: House, browser: Browser, entry: str = "") -> str:
    answer = await browser.http.get(f"{house.url}/e/{entry or house.room}")
    assert answer.status_code == 200
    return str(answer.headers["content-security-policy"])


async def document(house: House, url: str = f"{ELSEWHERE}/a.pdf") -> None:
    await house.make_entry(kind=EntryKind.DOCUMENT, content_url=url)


async def test_those_who_are_shown_the_document_may_read_it_from_its_host(house: House) -> None:
    await document(house)
    _, token = await house.make_link()
    guest, _ = await house.guest(token)

    assert THEIRS in await policy(house, await house.signed_in())
    assert THEIRS in await policy(house, await house.account("Vic", Part.CO_VIEWER))
    assert THEIRS in await policy(house, guest)


async def test_others_do_not_learn_where_it_is(house: House) -> None:
    await document(house)
    for browser in (
        await house.browser(),
        await house.account("Eve"),
        await house.browser(Authorization="Bearer nonsense"),
    ):
        assert OURS in await policy(house, browser)
    assert OURS in await policy(house, await house.signed_in(), "e_none")
    assert OURS in await policy(house, await house.signed_in(), "%00")


async def test_who_was_removed_does_not_learn_it_either(house: House) -> None:
    await document(house)
    _, token = await house.make_link()
    guest, admitted = await house.guest(token)
    await house.asked(c.Remove(participant_id=admitted["participant_id"]))

    assert OURS in await policy(house, guest)


@pytest.mark.parametrize(
    ("kind", "url"),
    [(EntryKind.VIDEO, f"{ELSEWHERE}/a.mp4"), (EntryKind.DOCUMENT, "/assets/a.pdf")],
)
async def test_what_needs_no_other_host_gets_none(house: House, kind: EntryKind, url: str) -> None:
    await house.make_entry(kind=kind, content_url=url)

    assert OURS in await policy(house, await house.signed_in())


async def test_our_own_names_are_not_other_hosts(house: House) -> None:
    await document(house, f"http://localhost:{house.port}/a.pdf")

    assert OURS in await policy(house, await house.signed_in())


async def test_the_page_comes_even_when_the_store_does_not_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_room: str) -> None:
        raise Unavailable("away")

    host = await house.signed_in()
    monkeypatch.setattr(house.hub, "look", silent)

    assert OURS in await policy(house, host)


async def test_the_script_that_reads_documents_may_unpack_scans(house: House) -> None:
    browser = await house.browser()
    worker = await browser.http.get(f"{house.url}/assets/pdf.worker.min-a1B2c3D4.mjs")
    files = await browser.http.get(f"{house.url}/assets/pdf-5.6.205/H.bcmap")

    assert worker.headers["content-security-policy"] == DOCUMENT_WORKER_POLICY
    assert "wasm" not in files.headers["content-security-policy"]
    assert "immutable" in files.headers["cache-control"]
