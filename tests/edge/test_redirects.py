"""Nobody is led away from here by an address of ours, whatever stands in it."""

import re
from urllib.parse import urlsplit

import httpx
import pytest

from protocol import commands as c
from protocol.roles import Part
from server.edge.operations import OPERATIONS
from server.edge.pages import PAGES
from tests.edge.house import House

AWAY = "https://evil.example/x"
NAMES = ("next", "return", "return_to", "url", "to", "redirect", "redirect_uri", "continue")
BENT = (
    "//evil.example", "///evil.example/", "/\\evil.example", "/%5Cevil.example",
    "/%2F%2Fevil.example", "/.//evil.example", "/e//evil.example", "/https://evil.example",
    "/sign-in//evil.example", "/assets/..//evil.example", "/%09/evil.example",
    "/s/%0d%0aLocation:%20https://evil.example",
)  # fmt: skip


def leads_away(answer: httpx.Response) -> bool:
    """Say whether a reply, or what a browser makes of it, goes to another site."""
    target = answer.headers.get("location", "")
    parts = urlsplit(target.replace("\\", "/"))
    is_elsewhere = bool(parts.netloc) or bool(parts.scheme) or target.startswith("//")
    return is_elsewhere or "refresh" in answer.headers or "evil.example" in str(answer.headers)


async def test_no_page_and_no_operation_leads_to_where_a_query_says(house: House) -> None:
    session = await house.make_open()
    host = await house.signed_in()
    query = "&".join(f"{name}={AWAY}" for name in NAMES)
    paths = [*PAGES, "/outbox", "/nowhere"]
    paths += [f"/api/v1{one.path}" for one in OPERATIONS if one.method == "GET" and not one.events]
    for path in paths:
        filled = path.replace("{entry_id}", house.room).replace("{session_id}", session)
        filled = re.sub(r"{\w+}", "x", filled)
        url = f"{house.url}{filled}?{query}"
        answer = await host.http.get(url, headers={"Referer": AWAY})
        assert not answer.is_redirect, path
        assert not leads_away(answer), path


@pytest.mark.parametrize("path", BENT)
async def test_no_bent_path_leads_away(house: House, path: str) -> None:
    host, port = house.url.removeprefix("http://").split(":")
    for tail in ("", "/", "?next=//evil.example"):
        async with httpx.AsyncClient() as http:
            request = http.build_request("GET", house.url)
            request.url = httpx.URL(
                scheme="http", host=host, port=int(port), raw_path=(path + tail).encode()
            )
            assert not leads_away(await http.send(request))


async def test_where_one_goes_after_coming_in_is_a_path_here(house: House) -> None:
    await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    found = [admitted["next"]]
    lea = {"account_id": "lea", "entry_id": house.room, "part": Part.CO_EDITOR}
    for more in ({}, lea):
        one = await house.browser()
        body = {"token": house.host_token(**more)}
        found.append((await one.done("POST", "/sign-in", body))["next"])
        # Where to go is for the server to say: no field of a body does.
        for name in NAMES:
            more_body = {"token": house.host_token(), name: AWAY}
            await one.refused("bad_request", "POST", "/sign-in", more_body)
    for target in found:
        assert re.fullmatch(r"/(?:[a-z]/[\w.-]+)?", target), target
    await house.asked(c.EndSession())
