"""Signing in where one has an account already, in a real browser."""

from pathlib import Path

from playwright.async_api import expect

from tests.integrations.oidc.test_signin import listed, provider
from tests.journeys.conftest import People
from tests.running import RunningServer, Serve


async def test_somebody_signs_in_with_their_universitys_account(
    tmp_path: Path, people: People, serve: Serve
) -> None:
    async with (
        provider() as issuer,
        serve(tmp_path, listed(tmp_path, issuer)) as server,
    ):
        ada = await people.new()
        await ada.page.goto(f"{server.url}/sign-in")
        await ada.page.get_by_role("button", name="Sign in with Example University").click()
        await ada.page.get_by_role("button", name="Deny").click()
        await expect(ada.page.get_by_text("Signing in did not work")).to_be_visible()
        await ada.page.get_by_role("button", name="Sign in with Example University").click()
        await ada.page.get_by_role("button", name="ada").click()

        await expect(ada.page.get_by_role("heading", name="Entries", exact=True)).to_be_visible()
        assert ada.page.url == f"{server.url}/"
        me = await ada.page.evaluate("fetch('/api/v1/me').then(answer => answer.json())")
        assert (me["name"], me["email"]) == ("Ada", "ada@example.org")

        # German, and from an address that was kept: what it brought is used up.
        gerd = await people.new(locale="de-DE")
        await gerd.page.goto(f"{server.url}/sign-in?code=x&state=y")
        button = gerd.page.get_by_role("button", name="Mit Example University anmelden")
        await expect(button).to_be_visible()
        assert gerd.page.url == f"{server.url}/sign-in"


async def test_a_stranger_is_led_to_signing_in_and_back_to_where_they_were(
    tmp_path: Path, people: People, serve: Serve
) -> None:
    async with (
        provider() as issuer,
        serve(tmp_path, listed(tmp_path, issuer)) as server,
    ):
        page = (await people.new()).page
        await page.goto(server.url)
        await page.get_by_role("link", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

        await page.goto(f"{server.url}/e/e_demo-room")
        await page.get_by_role("link", name="Sign in").click()
        await page.get_by_role("button", name="Sign in with Example University").click()
        await page.get_by_role("button", name="ada").click()
        await page.wait_for_url(f"{server.url}/e/e_demo-room")


async def test_where_nobody_can_sign_in_nothing_leads_there(
    server: RunningServer, people: People
) -> None:
    page = (await people.new()).page
    async with page.expect_response("**/api/v1/sign-in/providers"):
        await page.goto(server.url)
    await expect(page.get_by_role("heading", name="Sign in first")).to_be_visible()
    await expect(page.get_by_role("link", name="Sign in")).to_have_count(0)
