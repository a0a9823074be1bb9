"""Signing in, signing out, minting tokens."""

from tests.edge.house import House


async def test_a_host_token_signs_in_once(house: House) -> None:
    browser = await house.browser()
    token = house.host_token()

    signed_in = await browser.done("POST", "/sign-in", {"token": token})
    me = await browser.done("GET", "/me")

    assert signed_in == {"me": me, "next": "/"}
    assert me["email"] == "hanna@example.org"
    other = await house.browser()
    await other.refused("token_invalid", "POST", "/sign-in", {"token": token})
