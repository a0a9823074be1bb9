"""`usher report`: what hosts and operators hand on after a session."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import httpx
import pytest

from protocol.client import connect
from tests.running import RunningServer

ROOM = "e_demo-room"
LINK = "=cmd|' /C calc'!A0 $x$"
GUEST = "<b>Zoë</b> & $y$"


async def done(server: RunningServer, *arguments: str) -> Any:
    code, out, said = await server.usher(*arguments)
    assert code == 0, said
    return json.loads(out)


@pytest.fixture
async def session(server: RunningServer) -> str:
    """Hold a session: a guest with a bad name came by a link with a worse one."""
    await done(server, "room", "start", ROOM)
    await done(server, "link", "on", ROOM)
    await done(server, "link", "create", ROOM, "--name", LINK)
    [link] = (await done(server, "link", "list", ROOM))["links"]
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1") as guest:
        headers = {"Origin": server.url, "X-Usher": "1"}
        token = link["url"].partition("#g.")[2]
        form = {"token": token, "name": GUEST, "email": "zoe@example.org"}
        answer = await guest.post("/doors/guest", json=form, headers=headers)
        assert answer.status_code == 200, answer.text
    session_id = str(answer.json()["session_id"])
    url = f"ws://127.0.0.1:{server.port}/api/v1/sessions/{session_id}/socket"
    async with connect(url, ticket=answer.json()["ticket"]) as inside:
        async for _ in inside.views():
            break
    return session_id


async def test_a_report_is_a_page_a_table_and_a_plot_and_names_nobody_on_wish(
    server: RunningServer, session: str, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    made = await done(server, "report", session, "--out", str(folder), "--zone", "Europe/Berlin")

    assert made["files"] == ["attendance.csv", "attendance.png", "attendance.svg", "report.html"]
    page = (folder / "report.html").read_text()
    assert "Weekly seminar" in page
    assert "Times are Europe/Berlin" in page
    assert "&lt;b&gt;Zoë&lt;/b&gt; &amp; $y$" in page
    assert "<b>Zoë" not in page
    assert "<svg" in page
    assert "zoe@example.org" not in page
    table = (folder / "attendance.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
    assert (row["name"], row["email"], row["link"]) == (GUEST, "zoe@example.org", f"'{LINK}")
    assert (folder / "attendance.png").read_bytes().startswith(b"\x89PNG")
    assert Xml.parse(folder / "attendance.svg").getroot().tag.endswith("svg")  # noqa: S314 - ours

    await done(server, "report", session, "--out", str(folder), "--no-names")
    written = [(folder / name).read_bytes() for name in ("report.html", "attendance.csv")]
    for text in written:
        assert b"Zo" not in text
        assert b"zoe@" not in text
    [row] = csv.DictReader(io.StringIO(written[1].decode("utf-8-sig")))
    assert (row["came_by"], "name" in row, "email" in row) == ("guest_link", False, False)


@pytest.mark.parametrize(
    ("arguments", "code"), [(("e_nothing.s_1",), 1), ((ROOM + ".s_1", "--zone", "Mars/Base"), 2)]
)
async def test_what_cannot_be_reported_is_refused_and_nothing_is_written(
    server: RunningServer, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    folder = tmp_path / "out"
    ended, _, said = await server.usher("report", *arguments, "--out", str(folder))
    assert ended == code, said
    assert not folder.exists()
