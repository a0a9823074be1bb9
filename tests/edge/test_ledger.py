"""The ledger, read: in pages, filtered, sorted, counted; and links of several."""

import csv
import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from protocol import commands as c
from protocol.ids import InvitationId
from protocol.roles import Part
from tests.edge.browsers import Browser
from tests.edge.house import House
from tests.edge.lines import inviting_speaker


async def test_the_ledger_comes_in_pages(house: House) -> None:
    await house.make_entry()
    host = await house.signed_in()
    path = f"/entries/{house.room}/invitations"
    invitees = [{"email": f"p{number}@example.org"} for number in range(5)]
    await host.done("POST", path, {"invitees": invitees, "invitation_type": "viewer"})

    found, after = [], ""
    for _ in range(3):
        page = await host.done("GET", f"{path}?limit=2&after={after}")
        found += [one["email"] for one in page]
        after = page[-1]["id"]

    assert sorted(found) == [one["email"] for one in invitees]
    assert {one["state"] for one in page} == {"created"}


async def invited(house: House) -> tuple[Browser, str, dict[str, str]]:
    """Invite three viewers and a moderator; give the host, the path, and ids by name."""
    await house.make_entry()
    host = await house.signed_in()
    path = f"/entries/{house.room}/invitations"
    ids = {}
    for name, kind, minutes in (
        ("Zoe", "viewer", 600),
        ("Åsa", "viewer", 60),
        ("Max", "moderator", 6_000),
        ("Bob", "viewer", 6),
    ):
        person = {"email": f"{name.lower()}@example.org", "first_name": name}
        body = {"invitees": [person], "invitation_type": kind, "valid_minutes": minutes}
        done = await host.done("POST", path, body | {"send_mail": name == "Zoe"})
        [ids[name]] = done["result"]["invitation_ids"]
    return host, path, ids


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=name", ["Åsa", "Bob", "Max", "Zoe"]),
        ("sort=-name", ["Zoe", "Max", "Bob", "Åsa"]),
        ("sort=email&type=viewer", ["Åsa", "Bob", "Zoe"]),
        ("sort=invited_at", ["Zoe", "Åsa", "Max", "Bob"]),
        ("sort=-expires_at", ["Max", "Zoe", "Åsa", "Bob"]),
        ("sort=state&state=revoked,created", ["Bob", "Max", "Zoe", "Åsa"]),
        ("type=moderator", ["Max"]),
        ("q=asa", ["Åsa"]),
        ("q=%20MAX@ex", ["Max"]),
        ("by=Hanna&q=oe@&sort=name", ["Zoe"]),
        ("by=Nobody", []),
        ("state=inside,left", []),
    ],
)
async def test_it_is_filtered_and_sorted(house: House, query: str, expected: list[str]) -> None:
    host, path, _ = await invited(house)

    found = names(await host.done("GET", f"{path}?{query}"))

    assert sorted(found) == sorted(expected)
    if "sort=" in query and "sort=state" not in query:
        assert found == expected


async def test_pages_of_a_sorted_list_leave_nobody_out(house: House) -> None:
    host, path, _ = await invited(house)
    found: list[str] = []
    url = f"{path}?limit=2&sort=-name&type=viewer"
    while True:
        answer = await host.call("GET", url)
        found += names(answer.json())
        if "link" not in answer.headers:
            break
        url = answer.headers["link"][1:].partition(">")[0].removeprefix("/api/v1")
        query = parse_qs(urlsplit(url).query)
        assert (query["sort"], query["type"]) == (["-name"], ["viewer"])

    assert found == ["Zoe", "Bob", "Åsa"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("state=sent,odd", "state"),
        ("type=host", "type"),
        ("sort=colour", "sort"),
        ("sort=-", "sort"),
        ("by=a&by=b", "by"),
        ("q=" + "x" * 101, "q"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(house: House, query: str, where: str) -> None:
    host, path, _ = await invited(house)

    problem = await host.refused("bad_request", "GET", f"{path}?{query}")

    assert problem["where"] == where


async def test_it_is_counted(house: House) -> None:
    host, path, ids = await invited(house)
    await house.asked(c.RevokeInvitation(invitation_id=InvitationId(ids["Bob"])))

    found = await host.done("GET", f"{path}/summary?type=viewer&state=created")

    assert (found["total"], found["matching"]) == (4, 2)
    assert found["states"] == {"created": 3, "revoked": 1}
    assert found["types"] == {"viewer": 3, "moderator": 1}
    assert found["inviters"] == ["Hanna"]


async def test_the_newest_mail_is_told(house: House) -> None:
    host, path, _ = await invited(house)

    rows = await host.done("GET", f"{path}?sort=name")

    assert {row["name"]: row.get("mail") for row in rows} == {
        "Åsa": None, "Bob": None, "Max": None, "Zoe": "due",
    }  # fmt: skip


async def test_links_of_several_come_in_the_order_asked_for(house: House) -> None:
    host, path, ids = await invited(house)
    await house.asked(c.RevokeInvitation(invitation_id=InvitationId(ids["Zoe"])))
    wanted = [ids["Max"], ids["Zoe"], "i_none", ids["Max"]]

    found = await host.done("POST", f"{path}/links", {"invitation_ids": wanted})

    links = found["links"]
    assert [one["invitation"]["name"] for one in links] == ["Max", "Zoe"]
    assert "/join#i." in links[0]["url"]
    assert links[1].get("url") is None
    await host.refused("bad_request", "POST", f"{path}/links", {"invitation_ids": []})


async def test_links_above_ones_own_role_are_kept_back(house: House) -> None:
    _, path, ids = await invited(house)
    wanted = {"invitation_ids": [ids["Max"], ids["Zoe"]]}
    async with inviting_speaker(house) as sue:
        found = await sue.done("POST", f"{path}/links", wanted)

    assert [one.get("url") is None for one in found["links"]] == [True, False]


async def test_a_key_that_may_only_look_gets_no_links(house: House) -> None:
    _, path, ids = await invited(house)
    reader = await house.platform("read")

    await reader.done("GET", f"{path}/summary")
    await reader.refused("not_allowed", "POST", f"{path}/links", {"invitation_ids": [ids["Zoe"]]})


async def test_strangers_and_viewers_read_nothing(house: House) -> None:
    _, path, ids = await invited(house)
    viewer, stranger = await house.account("Eve", Part.CO_VIEWER), await house.browser()
    wanted = {"invitation_ids": [ids["Zoe"]]}

    await viewer.refused("not_allowed", "GET", f"{path}/summary")
    await stranger.refused("not_signed_in", "GET", f"{path}/summary")
    await viewer.refused("not_allowed", "POST", f"{path}/links", wanted)
    await stranger.refused("not_signed_in", "POST", f"{path}/links", wanted)


async def test_all_that_match_come_as_a_list_that_can_be_invited_again(house: House) -> None:
    host, path, _ = await invited(house)
    mean = {"email": "eve@example.org", "first_name": "=1+1"}
    await host.done("POST", path, {"invitees": [mean], "invitation_type": "speaker"})

    answer = await host.call("GET", f"{path}?format=csv&sort=name&limit=1")
    text = answer.text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf"), "a spreadsheet has to know the encoding"
    assert sorted(row["name"] for row in rows) == ["'=1+1", "Bob", "Max", "Zoe", "Åsa"]
    assert {row["email"]: row["invitation_type"] for row in rows}["max@example.org"] == "moderator"
    preview = await host.done("POST", f"{path}/preview", {"csv": text})
    assert [row["email"] for row in preview["rows"]] == [row["email"] for row in rows]
    assert [row["first_name"] for row in preview["rows"]] == [row["name"] for row in rows]
    assert all(row["is_invited"] for row in preview["rows"])
    narrowed = await host.call("GET", f"{path}?format=csv&type=moderator")
    assert len(narrowed.text.splitlines()) == 2
    await host.refused("bad_request", "GET", f"{path}?format=pdf")


async def test_the_list_is_for_those_who_may_invite(house: House) -> None:
    _, path, _ = await invited(house)
    stranger = await house.browser()
    await stranger.refused("not_signed_in", "GET", f"{path}?format=csv")
