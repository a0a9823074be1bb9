"""The audit log, as a host reads it: what they did in the room, by name, checked and taken away."""

import csv
import io
import json
from pathlib import Path

from playwright.async_api import Page, expect

from tests.journeys.conftest import People
from tests.journeys.test_attendance import make_links
from tests.journeys.test_two_doors import choose, come_as_guest, host_a_room
from tests.running import RunningServer


async def saved(view: Page, form: str, folder: Path) -> str:
    async with view.expect_download() as going:
        await view.get_by_role("link", name=f"Download the audit log as {form}").click()
    got = await going.value
    path = folder / got.suggested_filename
    await got.save_as(path)
    return path.read_text(encoding="utf-8")


async def test_a_host_reads_checks_and_exports_who_did_what_to_whom(
    server: RunningServer, people: People, tmp_path: Path
) -> None:
    host_person = await people.new()
    host = await host_a_room(server, host_person)
    urls = await make_links(host, "Open day")
    gus = await come_as_guest(await people.new(), urls["Open day"], "=Gus Guest", "gus@example.org")
    await expect(gus.get_by_text("All participants (2)")).to_be_visible()
    await choose(host, "More for =Gus Guest", "Set as moderator")
    await expect(gus.get_by_text("made you a moderator")).to_be_visible()
    await choose(host, "More for all participants", "Lock room")

    # From the menu of the tab, in a page of its own.
    async with host_person.context.expect_page() as opened:
        await choose(host, "More for all participants", "Audit log")
    view = await opened.value
    lines = view.locator("tr[data-action]")
    await expect(lines.first).to_contain_text("Locked the room")
    promotion = view.locator("tr[data-action=role_changed]")
    await expect(promotion).to_contain_text("Hanna Host")
    await expect(promotion).to_contain_text("=Gus Guest")
    await expect(promotion).to_contain_text("from Viewer to Moderator")
    await expect(view.locator("tr[data-action=link_made]")).to_contain_text("Open day")
    await view.get_by_role("button", name="Check for changes").click()
    await expect(view.get_by_text("Nothing was changed, dropped or put in.")).to_be_visible()

    rows = list(csv.DictReader(io.StringIO((await saved(view, "CSV", tmp_path)).lstrip("\ufeff"))))
    [raised] = [row for row in rows if row["action"] == "role_changed"]
    assert (raised["by"], raised["about"]) == ("Hanna Host", "'=Gus Guest")
    told = json.loads(await saved(view, "JSON", tmp_path))
    assert told["lines"][-2]["action"] == "audit_exported"
    await view.reload()
    await expect(lines.first).to_contain_text("Exported the audit log")

    # From the media page as well; and not for those who manage nothing.
    await view.locator("a.back").click()
    async with host_person.context.expect_page() as opened:
        await choose(view, "More actions", "Audit log")
    view = await opened.value
    await expect(view.get_by_role("heading", name="Audit log")).to_be_visible()
    vic = (await people.new()).page
    await vic.goto(view.url)
    await expect(vic.locator("problem-card")).to_be_visible()
    await expect(vic.locator("tr[data-action]")).to_have_count(0)


async def test_older_lines_are_told_and_read_on_by_keyboard(
    server: RunningServer, people: People
) -> None:
    host = (await people.new()).page
    await host.goto(server.host_url)
    async with server.http() as http:
        await server.sign_in_again(http)
        base = "/entries/e_demo-room/session"
        (await http.post(f"{base}/start", json={})).raise_for_status()
        for at in range(52):
            (await http.put(f"{base}/lock", json={"is_locked": at % 2 == 0})).raise_for_status()
    await host.goto(f"{server.url}/e/e_demo-room/audit")
    lines = host.locator("tr[data-action]")
    await expect(lines).to_have_count(50)
    check = host.get_by_role("button", name="Check for changes")
    await check.press("Enter")
    await expect(host.get_by_text("Nothing was changed, dropped or put in.")).to_be_visible()
    await expect(check).to_be_focused()

    await host.get_by_role("button", name="Show older lines").press("Enter")
    await expect(lines.nth(50)).to_be_focused()
    await expect(host.get_by_role("status").filter(has_text="older line")).to_be_visible()
    await expect(host.get_by_role("button", name="Show older lines")).to_have_count(0)
