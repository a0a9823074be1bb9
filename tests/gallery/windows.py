"""The windows of the two doors and of moderation."""

from protocol import commands as c
from tests.gallery.house import Hall
from tests.gallery.room import hosted
from tests.gallery.screens import Visit, screen

TAB = "More for all participants"
GOOD_AND_BAD = """email;first name;last name
ada@example.org;Ada;Lovelace
not an address;Nobody;
ben@example.org;Ben;Sato
ben@example.org;Ben;again
;No;Mail
"""


async def window(visit: Visit, item: str, *names: str) -> Hall:
    """The host's room with a window of the tab's menu open."""
    hall, _ = await hosted(visit, *names)
    await visit.choose(TAB, item)
    await visit.dialog()
    return hall


# --- Invite users ----------------------------------------------------------------------------


@screen("windows", "invite users")
async def invite(visit: Visit) -> None:
    await window(visit, "Invite users")
    await visit.shows("people-field input")


@screen("windows", "invite users, known ones are offered")
async def invite_known(visit: Visit) -> None:
    await visit.house.sign_in_url("known", "Nora Known", "nora@example.org")
    hall, _ = await hosted(visit)
    await hall.invite("norma@example.org", first_name="Norma", last_name="Known")
    await visit.choose(TAB, "Invite users")
    await visit.page.locator("people-field input").first.press_sequentially("han")
    await visit.page.get_by_role("option").first.wait_for()


@screen("windows", "invite users, several, some with faults")
async def invite_several(visit: Visit) -> None:
    await invite(visit)
    field = visit.page.locator("people-field input").first
    await field.fill("ada@example.org, ben@example.org, nonsense, chiara@example.org")
    await field.press("Enter")
    await visit.shows("people-field [role=listitem], people-field li")


@screen("windows", "invite a list, empty")
async def invite_list(visit: Visit) -> None:
    await invite(visit)
    await visit.press("A list", "tab")
    await visit.shows("textarea#csv")


@screen("windows", "invite a list, preview with faults")
async def invite_list_preview(visit: Visit) -> None:
    await invite_list(visit)
    await visit.page.locator("textarea#csv").fill(GOOD_AND_BAD)
    await visit.press("Preview")
    await visit.shows("table")


@screen("windows", "invitation ready")
async def invited_one(visit: Visit) -> None:
    await invite(visit)
    await visit.page.locator("people-field input").first.fill("ada@example.org")
    await visit.press("Generate invite link")
    await visit.shows("copy-field")


@screen("windows", "invitations ready, with a code")
async def invited_three(visit: Visit) -> None:
    await invite(visit)
    field = visit.page.locator("people-field input").first
    await field.fill("ada@example.org, ben@example.org, chiara@example.org")
    await field.press("Enter")
    await visit.page.locator("invite-users modal-dialog > .button.primary").first.click()
    await visit.page.locator("copy-field").first.get_by_text("QR").click()
    await visit.shows("qr-code svg")


@screen("windows", "invite users, half filled in and closed")
async def invite_discard(visit: Visit) -> None:
    await invite_several(visit)
    await visit.page.keyboard.press("Escape")
    await visit.shows("invite-users confirm-dialog dialog:modal")


@screen("windows", "the mail of an invitation")
async def mail(visit: Visit) -> None:
    await invite(visit)
    await visit.page.locator("people-field input").first.fill("ada@example.org")
    await visit.page.keyboard.press("Enter")
    await visit.press("Preview mail")
    await visit.shows("mail-preview iframe, mail-preview pre")


# --- Manage guest access ---------------------------------------------------------------------


@screen("windows", "guest access, off and empty")
async def guests_empty(visit: Visit) -> None:
    await window(visit, "Invite guests")
    await visit.page.get_by_role("switch").first.wait_for()


async def three_links(hall: Hall) -> None:
    await hall.guest_link("Open day", uses=200, days=14)
    await hall.guest_link("Newsletter of the faculty of humanities", needs_approval=True)
    await hall.guest_link("Used up and paused", uses=1)
    path = f"/guest-links/{hall.links['Used up and paused']}/pause"
    await hall.do("PUT", path, {"is_paused": True})


@screen("windows", "guest access with three links")
async def guests_full(visit: Visit) -> None:
    hall, _ = await hosted(visit)
    await three_links(hall)
    await visit.choose(TAB, "Invite guests")
    await visit.page.locator("guest-link").nth(2).wait_for()


@screen("windows", "guest access, a new link")
async def guest_link_form(visit: Visit) -> None:
    await guests_empty(visit)
    await visit.press("Add guest link")
    await visit.shows("guest-link-form input")


@screen("windows", "guest access, menu of a link")
async def guest_link_menu(visit: Visit) -> None:
    await guests_full(visit)
    await visit.press("More for {name}", name="Open day")
    await visit.page.get_by_role("menu").wait_for()


@screen("windows", "guest access, a link is edited")
async def guest_link_edit(visit: Visit) -> None:
    await guest_link_menu(visit)
    await visit.named("menuitem", "Edit…").click()
    await visit.shows("guest-link-form input")


@screen("windows", "guest access, QR code")
async def guest_link_qr(visit: Visit) -> None:
    await guests_full(visit)
    await visit.page.locator("guest-link copy-field").first.get_by_text("QR").click()
    await visit.shows("qr-code svg")


@screen("windows", "guest access, a link is deleted")
async def guest_link_delete(visit: Visit) -> None:
    await guest_link_menu(visit)
    await visit.page.get_by_role("menuitem").nth(-2).click()
    await visit.shows("confirm-dialog dialog:modal")


# --- moderation ------------------------------------------------------------------------------


async def of_ada(visit: Visit, item: str) -> None:
    await hosted(visit, "Ada Okafor", "Ben Sato")
    await visit.choose("More for {name}", item, name="Ada Okafor")
    await visit.dialog()


@screen("windows", "permissions")
async def rights(visit: Visit) -> None:
    await of_ada(visit, "Edit permissions…")


@screen("windows", "rename")
async def rename(visit: Visit) -> None:
    await of_ada(visit, "Rename…")


@screen("windows", "remove and block")
async def block(visit: Visit) -> None:
    await of_ada(visit, "Remove and block…")


@screen("windows", "blocked people")
async def blocked(visit: Visit) -> None:
    hall, [ada, ben] = await hosted(visit, "Ada Okafor", "Ben Sato")
    host = await visit.host_of(hall)
    for one in (ada, ben):
        assert one.you is not None
        await host.ask(c.Block(participant_id=one.you.participant_id))
    await visit.choose(TAB, "Blocked people")
    await visit.shows("[data-block]")


@screen("windows", "nobody is blocked")
async def nobody_blocked(visit: Visit) -> None:
    await window(visit, "Blocked people")


@screen("windows", "message to those waiting")
async def message(visit: Visit) -> None:
    await window(visit, "Message those waiting…")


@screen("windows", "end for everyone")
async def end(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor")
    await visit.press("End for everyone")
    await visit.dialog()


@screen("windows", "the last host steps down")
async def last_host(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor")
    await visit.choose("More for {name}", "Set as viewer", name="Hanna Host")
    await visit.shows("confirm-dialog dialog:modal")


@screen("windows", "notify me")
async def attention(visit: Visit) -> None:
    await window(visit, "Notify me…")
