"""Who was there: live, and of a session that is over."""

import re

from protocol import commands as c
from tests.gallery.house import Hall
from tests.gallery.room import opened
from tests.gallery.screens import Visit, screen


async def held(visit: Visit) -> Hall:
    """A session with people who came by link and by invitation, some of them on stage."""
    hall = await opened(visit)
    host = await visit.host_of(hall)
    clients = await hall.fill(visit.stack, await hall.guest_link(), 8)
    await hall.bring_up(host, clients["Ada Okafor"])
    await clients["Ben Sato"].ask(c.RaiseHand())
    await hall.invite("mo@example.org", "moderator", first_name="Mo", last_name="Derator")
    await visit.as_host()
    return hall


async def shown(visit: Visit, hall: Hall) -> None:
    await visit.open(f"/e/{hall.entry_id}/attendance")
    await visit.sees("Ada Okafor")


@screen("attendance", "live")
async def live(visit: Visit) -> None:
    await shown(visit, await held(visit))


@screen("attendance", "of a session that is over")
async def over(visit: Visit) -> None:
    hall = await held(visit)
    await hall.do("POST", "/session/end")
    await shown(visit, hall)


@screen("attendance", "of one person")
async def person(visit: Visit) -> None:
    await live(visit)
    await visit.page.locator("[data-person]").first.locator("button, summary, a").first.click()


@screen("attendance", "nobody yet")
async def nobody(visit: Visit) -> None:
    hall = await visit.house.entry()
    await visit.as_host()
    await visit.open(f"/e/{hall.entry_id}/attendance")
    await visit.shows("h1")


@screen("attendance", "in numbers, and nobody who fits")
async def filtered(visit: Visit) -> None:
    await live(visit)
    await visit.page.locator("attendance-plot summary").click()
    await visit.page.get_by_role("searchbox").fill("zzzz")
    await visit.named("button", "Clear filters").wait_for()


@screen("attendance", "the audit log")
async def audit_log(visit: Visit) -> None:
    hall = await held(visit)
    await visit.open(f"/e/{hall.entry_id}/audit")
    await visit.sees("Ada Okafor")
    await visit.page.locator(".check button").click()
    await visit.page.locator(".check .status").filter(has_text=re.compile(r"\S")).wait_for()
