"""The ledger of invitations: in the tab, as a window, and what is done to many at once."""

from tests.gallery.house import Hall
from tests.gallery.room import opened
from tests.gallery.screens import Visit, screen
from tests.gallery.tab import invited
from tests.gallery.windows import window


async def full(visit: Visit) -> Hall:
    """The window, over a ledger of two dozen."""
    hall = await opened(visit)
    await invited(hall)
    for number in range(14):
        await hall.invite(f"person{number}@example.org", "viewer", send_mail=number % 2 == 0)
    await visit.enter(hall)
    await visit.choose("More for all participants", "Invitations")
    await visit.shows("ledger-window [data-ledger]")
    return hall


@screen("windows", "the ledger")
async def ledger(visit: Visit) -> None:
    await full(visit)


@screen("windows", "the ledger, nobody yet")
async def empty(visit: Visit) -> None:
    await window(visit, "Invitations")
    await visit.sees_words("Nobody has been invited yet.")


@screen("windows", "the ledger, several selected")
async def selected(visit: Visit) -> None:
    await full(visit)
    await visit.named("checkbox", "Select all on this page").check()
    await visit.named("button", "Resend").wait_for()


@screen("windows", "the ledger, many are revoked")
async def revoke_many(visit: Visit) -> None:
    await selected(visit)
    await visit.press("Revoke…")
    await visit.shows("ledger-bulk confirm-dialog dialog:modal")


@screen("windows", "the ledger, what was refused")
async def refused(visit: Visit) -> None:
    hall = await full(visit)
    [ada] = await visit.house.ask("GET", f"/entries/{hall.entry_id}/invitations?q=ada")
    await hall.do("POST", f"/invitations/{ada['id']}/revoke")
    await visit.named("checkbox", "Select all on this page").check()
    await visit.press("Reset device")
    await visit.page.locator("ledger-bulk confirm-dialog .button.primary").click()
    await visit.shows("[data-account]")


@screen("windows", "the ledger, one is extended")
async def extend(visit: Visit) -> None:
    await of_mo(visit, "Extend…")


@screen("windows", "the ledger, one is revoked")
async def revoke(visit: Visit) -> None:
    await of_mo(visit, "Revoke…")


async def of_mo(visit: Visit, item: str) -> None:
    await full(visit)
    row = visit.page.locator("[data-ledger='mod@example.org']")
    await row.locator("menu-button button").first.click()
    await visit.named("menuitem", item).click()
    await visit.shows("extend-dialog dialog:modal, revoke-dialog dialog:modal")


@screen("tab", "invited, not here")
async def in_the_tab(visit: Visit) -> None:
    hall = await opened(visit)
    await invited(hall)
    await visit.enter(hall)
    await visit.page.locator("[data-group=invited] button").first.click()
    row = visit.page.locator("ledger-row").last
    await row.locator("menu-button button").first.click()
    await visit.page.get_by_role("menu").wait_for()
