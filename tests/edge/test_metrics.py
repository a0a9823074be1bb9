"""Figures for operators, and whether a node is ready."""

import re
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from protocol.messages import Snapshot
from protocol.views import Window
from server.edge.clients import is_direct_from, networks
from tests.edge.house import House
from tests.edge.lines import line

LOOPBACK = networks(["127.0.0.0/8", "::1"])


async def scraped(house: House) -> dict[tuple[str, tuple[str, ...]], float]:
    """Read the figures as Prometheus does: name and label values to value."""
    async with httpx.AsyncClient(base_url=house.url) as http:
        answer = await http.get("/metrics", headers={"Host": "10.2.3.4:8000"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=1.0.0")
    families = text_string_to_metric_families(answer.text)
    return {
        (one.name, tuple(sorted(one.labels.values()))): one.value
        for family in families
        for one in family.samples
    }


async def test_the_room_and_the_requests_are_counted(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    before = await scraped(house)
    async with line(house, session, ticket=admitted["ticket"]) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        during = await scraped(house)

    assert during["usher_rooms", ()] == 1
    assert during["usher_connections", ()] == before["usher_connections", ()] + 1 == 1
    assert during["usher_participants", ()] == 1
    assert during["usher_appends_total", ()] > before["usher_appends_total", ()]
    assert during["usher_requests_total", ("/api/v1/doors/guest", "200", "POST")] == 1
    assert during["process_resident_memory_bytes", ()] > 0


async def test_no_label_is_what_somebody_sent(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as http:
        await http.request("BREW", "/secret-path")
        await http.get("/api/v1/sessions/secret-session")
        page = (await http.get("/metrics")).text

    assert "secret" not in page
    assert "BREW" not in page
    assert 'usher_refusals_total{code="' in page


async def test_the_guide_lists_every_figure_of_ours_with_its_labels(house: House) -> None:
    """One that has no value yet has no labels to compare, so that each has to have had one."""
    async with httpx.AsyncClient(base_url=house.url) as http:
        await http.get("/api/v1/sessions/nowhere")
        page = (await http.get("/metrics")).text
    shown = {
        family.name + ("_total" if family.type == "counter" else ""): {
            label for one in family.samples for label in one.labels if label != "le"
        }
        for family in text_string_to_metric_families(page)
        if family.name.startswith("usher_") and not family.name.endswith("_created")
    }
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"^- `/metrics` is(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    told = re.findall(r"`(usher_\w+)(?:\{([\w,]+)\})?`", listed)

    assert {name: set(filter(None, labels.split(","))) for name, labels in told} == shown


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_figures_are_not_shown_through_a_proxy(house: House, name: str) -> None:
    async with httpx.AsyncClient(base_url=house.url) as http:
        answer = await http.get("/metrics", headers={name: "127.0.0.1"})
    assert answer.status_code == 404
    assert "usher_" not in answer.text


@pytest.mark.parametrize(
    ("peer", "is_reader"),
    [
        ("127.0.0.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_readers_are_known_by_the_address_of_their_connection(peer: str, is_reader: bool) -> None:
    scope = {"client": (peer, 1), "headers": []}
    assert is_direct_from(scope, LOOPBACK) is is_reader
    assert not is_direct_from({"client": None, "headers": []}, LOOPBACK)


async def test_a_node_is_ready_until_it_drains(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as http:
        ready = await http.get("/readyz", headers={"Host": "10.2.3.4"})
        assert (ready.status_code, ready.json()) == (200, {"is_ready": True, "why_not": []})
        await house.hub.stop()
        gone = await http.get("/readyz")
        assert (gone.status_code, gone.json()["why_not"]) == (503, ["draining"])
        # It lives all the same: nobody should kill it while it lets people go.
        assert (await http.get("/healthz")).status_code == 200
