"""The pages, served as they were built."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.edge.pages import DOCS, FOR_OPERATORS, GUIDES, NOT_BUILT, PAGES
from tests.edge.browsers import Browser
from tests.edge.house import House, opened_house


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[House]:
    """A server whose pages are built."""
    web = tmp_path / "dist"
    (web / "assets" / "demo").mkdir(parents=True)
    others = (DOCS, "outbox.html", "not-found.html", "private.html")
    for name in (*PAGES.values(), *FOR_OPERATORS.values(), *others):
        (web / name).write_text(f"<!doctype html><title>{name}</title>")
    (web / "favicon.svg").write_text("<svg/>")
    (web / "assets" / "entry-a1B2c3D4.js").write_text("export {}")
    (web / "module").mkdir()
    (web / "module" / "participants-tab.js").write_text("export {}")
    (web / "assets" / "demo" / "video.webm").write_bytes(bytes(range(256)))
    (tmp_path / "secret.txt").write_text("a secret")
    async with opened_house(tmp_path, web_dir=web) as house:
        yield house


async def page(house: House, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=house.url) as http:
        return await http.get(path, headers=headers)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "index.html"),
        ("/e/e_1", "entry.html"),
        ("/join", "join.html"),
        ("/join?utm_source=mail", "join.html"),
        ("/sign-in", "sign-in.html"),
        ("/sign-in/university", "sign-in.html"),
        ("/s/e_1.s_1", "room.html"),
        ("/embed", "embed.html"),
        ("/docs", "docs.html"),
        *((f"/docs/{guide}", "docs.html") for guide in sorted(GUIDES)),
    ],
)
async def test_each_page_is_its_file(built: House, path: str, name: str) -> None:
    answer = await page(built, path)

    assert answer.status_code == 200
    assert f"<title>{name}</title>" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/e",
        "/e/",
        "/e/e_1/more",
        "/private.html",
        "/docs/",
        "/docs/nothing",
        "/docs/embed/more",
        "/index.html",
        "/join/g.token",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/assets/none.js",
        "/assets",
        "/outbox",
        "/\u2603",
        "/%00",
    ],
)
async def test_what_is_not_there_is_the_page_for_that(built: House, path: str) -> None:
    answer = await page(built, path)

    assert answer.status_code == 404
    assert "a secret" not in answer.text
    assert "not-found.html" in answer.text


async def test_the_outbox_is_a_page_for_the_operator_alone(built: House) -> None:
    async def status(browser: Browser) -> int:
        return (await browser.http.get(f"{built.url}/outbox")).status_code

    operator = await built.signed_in()
    answer = await operator.http.get(f"{built.url}/outbox")

    assert "outbox.html" in answer.text
    assert "style-src 'self' 'unsafe-inline'" in answer.headers["content-security-policy"]
    assert await status(await built.account("Eve")) == 404
    assert await status(await built.browser()) == 404
    assert await status(await built.browser(Authorization="Bearer nonsense")) == 404


@pytest.mark.parametrize("path", FOR_OPERATORS)
async def test_pages_for_operators_are_there_for_nobody_else(built: House, path: str) -> None:
    operator = await built.signed_in()
    assert FOR_OPERATORS[path] in (await operator.http.get(built.url + path)).text
    for other in (await built.account("Eve"), await built.browser()):
        assert (await other.http.get(built.url + path)).status_code == 404


async def test_assets_are_kept_as_long_as_their_names_last(built: House) -> None:
    hashed = await page(built, "/assets/entry-a1B2c3D4.js")
    plain = await page(built, "/assets/demo/video.webm")

    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert hashed.headers["content-type"].startswith("text/javascript")
    assert plain.headers["cache-control"] == "public, max-age=3600"
    assert "content-security-policy" in hashed.headers


async def test_a_video_can_be_read_in_parts(built: House) -> None:
    answer = await page(built, "/assets/demo/video.webm", Range="bytes=10-19")

    assert (answer.status_code, answer.content) == (206, bytes(range(10, 20)))


async def test_files_beside_the_pages_are_served(built: House) -> None:
    answer = await page(built, "/favicon.svg")

    assert (answer.status_code, answer.text) == (200, "<svg/>")


@pytest.mark.parametrize("path", ["/", "/join", "/e/e_1"])
async def test_without_built_pages_it_says_how_to_build_them(house: House, path: str) -> None:
    answer = await page(house, path)

    assert (answer.status_code, answer.text) == (503, NOT_BUILT)
    assert "make web" in answer.text


async def test_a_folder_that_is_built_later_is_served_then(tmp_path: Path) -> None:
    web = tmp_path / "dist"
    async with opened_house(tmp_path, web_dir=web) as house:
        assert (await page(house, "/assets/a.js")).status_code == 404
        assert (await page(house, "/")).status_code == 503
        (web / "assets").mkdir(parents=True)
        (web / "assets" / "a.js").write_text("export {}")
        (web / "index.html").write_text("here")

        assert (await page(house, "/assets/a.js")).status_code == 200
        assert (await page(house, "/")).text == "here"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_pages_take_nothing(built: House, method: str) -> None:
    async with httpx.AsyncClient(base_url=built.url) as http:
        answer = await http.request(method, "/join", json={})

    assert answer.status_code == 405
    assert answer.json()["code"] == "bad_request"


async def test_the_module_may_be_loaded_by_pages_of_any_origin(built: House) -> None:
    module = await page(built, "/module/participants-tab.js", Origin="https://platform.example")
    asset = await page(built, "/assets/entry-a1B2c3D4.js", Origin="https://platform.example")

    assert module.status_code == 200
    assert module.headers["access-control-allow-origin"] == "*"
    assert module.headers["content-type"].startswith("text/javascript")
    assert "access-control-allow-origin" not in asset.headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("br, gzip", "br"), ("gzip, deflate", "gzip"), ("gzip;q=1.0", "gzip"), ("identity", None)],
)
async def test_scripts_go_compressed_where_the_build_has_done_so(
    built: House, tmp_path: Path, accepted: str, coding: str | None
) -> None:
    assets = tmp_path / "dist" / "assets"
    (assets / "entry-a1B2c3D4.js.gz").write_bytes(b"small")
    (assets / "entry-a1B2c3D4.js.br").write_bytes(b"tiny")

    async with httpx.AsyncClient(base_url=built.url) as http:
        request = http.build_request(
            "GET", "/assets/entry-a1B2c3D4.js", headers={"Accept-Encoding": accepted}
        )
        answer = await http.send(request, stream=True)
        body = b"".join([part async for part in answer.aiter_raw()])

    assert answer.headers.get("content-encoding") == coding
    assert body == {"br": b"tiny", "gzip": b"small", None: b"export {}"}[coding]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    if coding:
        assert answer.headers["vary"] == "Accept-Encoding"


async def test_what_is_not_compressed_goes_as_it_is(built: House) -> None:
    answer = await page(built, "/assets/entry-a1B2c3D4.js", **{"Accept-Encoding": "br, gzip"})
    video = await page(built, "/assets/demo/video.webm", **{"Accept-Encoding": "br, gzip"})

    assert answer.text == "export {}"
    assert len(video.content) == 256
    assert "content-encoding" not in video.headers
