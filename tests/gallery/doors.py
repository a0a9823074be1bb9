"""Doors and gates: forms, lobby, code, countdown, waiting room, refusals."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from playwright.async_api import Route

from protocol import commands as c
from protocol.errors import REFUSALS, ErrorCode
from tests.gallery.house import Hall
from tests.gallery.screens import Visit, screen

CONSENT = (
    "We record this session. The recording is kept for a year and shown to members of the "
    "faculty. By joining you agree to be seen and heard in it; ask the host to leave you out."
)


def moment(**ahead: int) -> int:
    """A moment ahead of now, in ms."""
    now = datetime.now(UTC)  # noqa: TID251 - the browser's countdown runs by the real clock
    return int((now + timedelta(**ahead)).timestamp() * 1000)


async def open_hall(visit: Visit, **settings: Any) -> Hall:
    return await (await visit.house.entry(settings=settings)).start()


# --- the guest's form ------------------------------------------------------------------------


@screen("doors", "guest form")
async def guest_form(visit: Visit) -> None:
    hall = await open_hall(visit)
    await visit.open(await hall.guest_link())
    await visit.shows("input[type=email]")


@screen("doors", "guest form of a scheduled event, with consent")
async def guest_form_consent(visit: Visit) -> None:
    hall = await visit.house.entry(
        "live_event",
        "Opening lecture: What a university owes the city it stands in",
        starts_at=moment(days=2, hours=3),
        ends_at=moment(days=2, hours=5),
        settings={"consent": CONSENT},
    )
    await visit.open(await hall.guest_link())
    await visit.sees("We record this session")


@screen("doors", "guest form with consent, not agreed")
async def guest_form_not_agreed(visit: Visit) -> None:
    hall = await open_hall(visit, consent=CONSENT)
    page = await visit.open(await hall.guest_link())
    await page.locator("[autocomplete=name]").fill("Gus Guest")
    await page.locator("input[type=email]").fill("gus@example.org")
    await page.keyboard.press("Enter")
    await visit.shows("#agree-fault .fault")


@screen("doors", "guest form, the consent text has changed")
async def guest_form_other_consent(visit: Visit) -> None:
    hall = await open_hall(visit, consent="We record this session.")
    page = await visit.open(await hall.guest_link())
    await page.locator("[autocomplete=name]").fill("Gus Guest")
    await page.locator("input[type=email]").fill("gus@example.org")
    await page.locator("#agree").check()
    changed = {"settings": {"consent": CONSENT}, "only": ["consent"]}
    await hall.do("PATCH", "/settings", changed)
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").first.wait_for()
    await visit.sees("The recording is kept for a year")


@screen("doors", "guest form with faults")
async def guest_form_faults(visit: Visit) -> None:
    hall = await open_hall(visit)
    page = await visit.open(await hall.guest_link())
    await page.locator("input[type=email]").fill("gus@example")
    await page.keyboard.press("Enter")
    await page.locator("input:invalid, input[aria-invalid=true]").first.wait_for()


@screen("doors", "guest form, a likely slip in the address")
async def guest_form_slip(visit: Visit) -> None:
    hall = await open_hall(visit)
    page = await visit.open(await hall.guest_link())
    await page.locator("[autocomplete=name]").fill("Gus Guest")
    await page.locator("input[type=email]").fill("gus@gmial.com")
    await page.locator("[autocomplete=name]").focus()


@screen("doors", "guest form, offline")
async def guest_form_offline(visit: Visit) -> None:
    hall = await open_hall(visit)
    page = await visit.open(await hall.guest_link())
    await page.locator("[autocomplete=name]").fill("Gus Guest")
    await page.locator("input[type=email]").fill("gus@example.org")
    await visit.context.set_offline(True)
    await page.keyboard.press("Enter")
    await page.locator("[role=status] .offline, [role=alert]").first.wait_for()


@screen("doors", "guest who comes back")
async def guest_returns(visit: Visit) -> None:
    hall = await open_hall(visit)
    url = await hall.guest_link()
    await visit.join(url)
    await visit.open("/nothing/here")
    await visit.open(url)
    await visit.sees("Gus Guest")


@screen("doors", "guest form, forgotten on this device")
async def guest_forgotten(visit: Visit) -> None:
    hall = await open_hall(visit)
    kept = '{"name": "Gus Guest", "email": "gus@example.org"}'
    visit.is_spent = True
    await visit.page.add_init_script(
        f"if (location.pathname === '/join') localStorage.setItem('usher.guest', {kept!r})"
    )
    await visit.open(await hall.guest_link())
    await visit.press("Forget me on this device")
    await visit.shows("form .hint.centred")


@screen("doors", "guest who comes back, offline")
async def guest_returns_offline(visit: Visit) -> None:
    await guest_returns(visit)
    await visit.context.set_offline(True)
    await visit.press("Continue as {name}", name="Gus Guest")
    await visit.shows("[role=status] .offline")


@screen("doors", "a link that is looked at, offline")
async def looking_offline(visit: Visit) -> None:
    await visit.page.route("**/api/v1/doors/guest/look", lambda route: route.abort())
    await visit.open("/join#g.anything")
    await visit.shows(".loading p")


# --- the invitee's lobby ---------------------------------------------------------------------


numbers = count(1)


def fresh_email() -> str:
    """An address of this visit alone: so many codes go to one address, and no more."""
    return f"ada.okafor{next(numbers)}@example.org"


async def lobby(visit: Visit, **settings: Any) -> str:
    """Open an invite link; give the invited address."""
    hall = await open_hall(visit, **settings)
    email = fresh_email()
    await visit.open(await hall.invite(email, first_name="Ada", last_name="Okafor"))
    await visit.shows("input[type=email]")
    return email


async def name_oneself(visit: Visit, email: str) -> None:
    await visit.page.locator("input[type=email]").fill(email)
    await visit.page.keyboard.press("Enter")


@screen("doors", "invite lobby")
async def invite_lobby(visit: Visit) -> None:
    await lobby(visit)


@screen("doors", "invite lobby, another address")
async def invite_mismatch(visit: Visit) -> None:
    await lobby(visit)
    await name_oneself(visit, "eve@example.org")
    await visit.page.get_by_role("alert").first.wait_for()


@screen("doors", "invite lobby, another account")
async def invite_wrong_account(visit: Visit) -> None:
    hall = await open_hall(visit)
    url = await hall.invite("ada@example.org")
    await visit.as_somebody("eve", "Eve Else", "eve@example.org")
    await visit.open(url)
    await visit.shows(".door .button.primary")


@screen("doors", "a code is offered")
async def code_offered(visit: Visit) -> None:
    await name_oneself(visit, await lobby(visit, code_on_first_use=True))
    await visit.named("button", "Send me a code").wait_for()


@screen("doors", "code entry")
async def code_entry(visit: Visit) -> None:
    await code_offered(visit)
    await visit.press("Send me a code")
    await visit.shows("[autocomplete=one-time-code]")


@screen("doors", "a wrong code")
async def code_wrong(visit: Visit) -> None:
    await code_entry(visit)
    await visit.page.locator("[autocomplete=one-time-code]").first.fill("000000")
    await visit.page.keyboard.press("Enter")
    await visit.page.get_by_role("alert").first.wait_for()


@screen("doors", "a code, offline")
async def code_offline(visit: Visit) -> None:
    await code_entry(visit)
    await visit.page.locator("[autocomplete=one-time-code]").first.fill("123456")
    await visit.context.set_offline(True)
    await visit.page.keyboard.press("Enter")
    await visit.shows("[role=status] .offline")


async def on_another_device(visit: Visit, **settings: Any) -> None:
    """Name oneself where the invitation is bound to another browser."""
    hall = await open_hall(visit, **settings)
    email = fresh_email()
    url = await hall.invite(email, first_name="Ada", last_name="Okafor")
    await hall.redeem(url, email)
    await visit.open(url)
    await visit.shows("input[type=email]")
    await name_oneself(visit, email)
    await visit.named("button", "Send me a code").wait_for()


@screen("doors", "a code is offered, on another device")
async def code_offered_elsewhere(visit: Visit) -> None:
    await on_another_device(visit)


@screen("doors", "refused: an invitation that stays on its device")
async def held(visit: Visit) -> None:
    await on_another_device(visit, device_policy="refuse")
    await visit.press("Send me a code")
    await visit.shows("problem-card h1")


# --- gates -----------------------------------------------------------------------------------


async def at_gate(visit: Visit, url: str) -> None:
    await visit.join(url)
    await visit.shows("[data-gate]")


@screen("gates", "countdown")
async def countdown(visit: Visit) -> None:
    hall = await visit.house.entry(starts_at=moment(hours=1, minutes=5), ends_at=moment(hours=2))
    await at_gate(visit, await hall.guest_link())


@screen("gates", "countdown of days")
async def countdown_days(visit: Visit) -> None:
    hall = await visit.house.entry("live_event", "Opening lecture", starts_at=moment(days=12))
    await at_gate(visit, await hall.guest_link())


@screen("gates", "not started, without a time")
async def not_started(visit: Visit) -> None:
    hall = await visit.house.entry()
    await at_gate(visit, await hall.guest_link())


@screen("gates", "countdown with its calendars")
async def countdown_calendars(visit: Visit) -> None:
    await countdown(visit)
    await visit.page.locator("summary").click()
    await visit.shows(".calendar li a")


@screen("gates", "a start that is late")
async def late(visit: Visit) -> None:
    hall = await visit.house.entry(starts_at=moment(minutes=-4), ends_at=moment(hours=1))
    await at_gate(visit, await hall.guest_link())


@screen("gates", "waiting room of a locked room")
async def waiting_locked(visit: Visit) -> None:
    hall = await open_hall(visit)
    await hall.do("PUT", "/session/lock", {"is_locked": True})
    await at_gate(visit, await hall.guest_link())


@screen("gates", "waiting room with a message")
async def waiting_message(visit: Visit) -> None:
    hall = await open_hall(visit, approve_guests=True)
    await at_gate(visit, await hall.guest_link())
    host = await visit.host_of(hall)
    words = "We finish a discussion among ourselves first, and let you in at ten past."
    await host.ask(c.MessageWaiting(text=words))
    await visit.sees("ten past")


# --- refusals --------------------------------------------------------------------------------

AT_THE_DOOR = (
    *("link_not_found", "link_disabled", "link_expired", "link_used_up", "link_revoked"),
    *("blocked", "removed", "declined", "room_full", "session_ended", "rate_limited"),
    *("version_unsupported", "internal"),
)
"""Some of them take days, or a server that fails: the answer is given in its place."""


def refusal(code: str) -> None:
    @screen("doors", f"refused: {code}")
    async def refused(visit: Visit) -> None:
        await answered(visit, code)
        await visit.open("/join#g.anything")
        await visit.page.get_by_role("alert").first.wait_for()


async def answered(visit: Visit, code: str, path: str = "/doors/guest/look", **more: Any) -> None:
    """Have every link that is looked at refused, or what is sent elsewhere."""
    facts = REFUSALS[ErrorCode(code)]
    problem = {"code": code, "sentence": facts.sentence, "again": facts.again, **more}

    async def answer(route: Route) -> None:
        await route.fulfill(
            status=facts.status, json=problem, content_type="application/problem+json"
        )

    await visit.page.route(f"**/api/v1{path}", answer)


@screen("doors", "the server is about to restart")
async def restarting(visit: Visit) -> None:
    await answered(visit, "restarting")
    await visit.open("/join#g.anything")
    await visit.shows("[role=status] p")


@screen("doors", "guest form, the server is busy")
async def busy(visit: Visit) -> None:
    hall = await open_hall(visit)
    page = await visit.open(await hall.guest_link())
    await page.locator("[autocomplete=name]").fill("Gus Guest")
    await page.locator("input[type=email]").fill("gus@example.org")
    await answered(visit, "overloaded", "/doors/guest", retry_after_ms=60_000)
    await page.keyboard.press("Enter")
    await visit.shows("[role=status] .offline")


for one in AT_THE_DOOR:
    refusal(one)


@screen("doors", "a link without its token")
async def no_token(visit: Visit) -> None:
    await visit.open("/join")
    await visit.page.get_by_role("heading").first.wait_for()
