"""The door of invite links: the lobby, the device, the code."""

import asyncio

import pytest

from protocol import commands as c
from protocol.ids import AccountId, InvitationId, ParticipantId
from protocol.roles import DevicePolicy, Role
from protocol.settings import EntrySettings
from server.core.state import Invitation
from tests.edge.house import House

ADA = "ada@example.org"


async def invitation(house: House, one: str) -> Invitation:
    return (await house.state()).invitations[InvitationId(one)]


def settings(**changes: object) -> EntrySettings:
    return EntrySettings(**changes)  # type: ignore[arg-type]


async def test_the_lobby_tells_nothing_about_who_was_invited(house: House) -> None:
    await house.make_open()
    one, token = await house.invite(ADA)
    browser = await house.browser()

    answer = await browser.call("POST", "/doors/invitation/look", {"token": token})

    assert answer.json() == {
        "entry_id": house.room,
        "entry_name": "Seminar",
        "kind": "room",
        "session_state": "open",
        "is_signed_in_as_invited": False,
        "is_bound_here": False,
        "wrong_account": False,
    }
    assert "ada" not in answer.text.lower().replace("seminar", "")
    found = await invitation(house, one)
    assert found.opened_at is not None
    assert (found.uses, found.device_id, found.redeemed_at) == (0, None, None)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_scanners_that_open_the_link_neither_open_nor_redeem(
    house: House, method: str
) -> None:
    await house.make_open()
    one, token = await house.invite(ADA)
    before = await house.version()
    browser = await house.browser()

    for path in ("/join", "/api/v1/doors/invitation", "/api/v1/doors/invitation/look"):
        await browser.http.request(method, f"{house.url}{path}?token={token}")

    assert await house.version() == before
    assert (await invitation(house, one)).opened_at is None


@pytest.mark.parametrize(
    "typed", [ADA, " ADA@example.org\u200b", "Ada@EXAMPLE.org", "\uff21da@example.org"]
)
async def test_the_invited_address_comes_in_however_it_is_typed(house: House, typed: str) -> None:
    await house.make_open()
    one, token = await house.invite(ADA, "speaker")
    browser = await house.browser()

    admitted = await browser.done("POST", "/doors/invitation", {"token": token, "email": typed})

    assert admitted["role"] == "speaker"
    found = await invitation(house, one)
    assert found.uses == 1
    assert found.device_id is not None


@pytest.mark.parametrize(
    "typed",
    ["eve@example.org", "ada+x@example.org", "\u0430da@example.org", "ada@example.com", "no@"],
    ids=["another", "plus", "lookalike", "domain", "no address"],
)
async def test_a_forwarded_invitation_is_refused_to_any_other_address(
    house: House, typed: str
) -> None:
    await house.make_open()
    one, token = await house.invite(ADA)
    browser = await house.browser()
    before = await house.version()

    body = {"token": token, "email": typed}
    problem = await browser.refused("email_mismatch", "POST", "/doors/invitation", body)

    assert "ada" not in str(problem)
    assert await house.version() == before
    assert (await invitation(house, one)).uses == 0


async def test_without_an_address_the_lobby_asks_for_one(house: House) -> None:
    await house.make_open()
    _, token = await house.invite(ADA)
    browser = await house.browser()

    problem = await browser.refused("bad_request", "POST", "/doors/invitation", {"token": token})

    assert problem["where"] == "email"


async def test_signed_in_as_invited_goes_straight_in(house: House) -> None:
    await house.make_open()
    _, token = await house.invite(ADA)
    browser = await house.account("Ada")

    door = await browser.done("POST", "/doors/invitation/look", {"token": token})
    admitted = await browser.done("POST", "/doors/invitation", {"token": token})

    assert door["is_signed_in_as_invited"] is True
    assert admitted["role"] == "viewer"


async def test_signed_in_as_another_is_told_to_switch(house: House) -> None:
    await house.make_open()
    _, token = await house.invite(ADA)
    browser = await house.account("Eve")

    door = await browser.done("POST", "/doors/invitation/look", {"token": token})

    assert door["wrong_account"] is True
    await browser.refused("wrong_account", "POST", "/doors/invitation", {"token": token})


async def test_the_bound_device_returns_free_and_another_does_not(house: House) -> None:
    await house.make_open()
    one, token = await house.invite(ADA)
    first, other = await house.browser(), await house.browser()
    body = {"token": token, "email": ADA}
    admitted = await first.done("POST", "/doors/invitation", body)

    door = await first.done("POST", "/doors/invitation/look", {"token": token})
    again = await first.done("POST", "/doors/invitation", {"token": token})

    assert door["is_bound_here"] is True
    assert again["participant_id"] == admitted["participant_id"]
    await other.refused("other_device", "POST", "/doors/invitation", body)
    assert (await invitation(house, one)).uses == 1


async def test_a_code_moves_the_invitation_to_another_device(house: House) -> None:
    await house.make_open()
    one, token = await house.invite(ADA)
    first, other = await house.browser(), await house.browser()
    body = {"token": token, "email": ADA}
    admitted = await first.done("POST", "/doors/invitation", body)

    assert await other.done("POST", "/doors/invitation/code", body) == {"sent": True}
    [(to, code)] = house.codes.sent
    assert to == ADA
    assert len(code) == 6
    assert code.isdigit()
    typed = f" {code[:3]} {code[3:]} "
    moved = await other.done("POST", "/doors/invitation/verify", {**body, "code": typed})

    assert moved["participant_id"] == admitted["participant_id"]
    await first.refused("other_device", "POST", "/doors/invitation", body)
    assert (await invitation(house, one)).uses == 1


async def test_a_code_works_once_and_only_the_newest(house: House) -> None:
    await house.make_open()
    _, token = await house.invite(ADA)
    body = {"token": token, "email": ADA}
    browsers = [await house.browser() for _ in range(4)]
    await browsers[0].done("POST", "/doors/invitation", body)
    for _ in range(2):
        await browsers[1].done("POST", "/doors/invitation/code", body)
    old, new = (code for _, code in house.codes.sent)

    if old != new:
        await browsers[1].refused(
            "code_wrong", "POST", "/doors/invitation/verify", {**body, "code": old}
        )
    await browsers[2].done("POST", "/doors/invitation/verify", {**body, "code": new})
    await browsers[3].refused(
        "code_expired", "POST", "/doors/invitation/verify", {**body, "code": new}
    )


async def test_a_code_of_another_invitation_is_wrong(house: House) -> None:
    await house.make_open()
    _, ada = await house.invite(ADA)
    _, eve = await house.invite("eve@example.org")
    first, other = await house.browser(), await house.browser()
    for token, email in ((ada, ADA), (eve, "eve@example.org")):
        await first.done("POST", "/doors/invitation", {"token": token, "email": email})
        await other.done("POST", "/doors/invitation/code", {"token": token, "email": email})
    codes = dict(house.codes.sent)

    if codes[ADA] != codes["eve@example.org"]:
        body = {"token": ada, "email": ADA, "code": codes["eve@example.org"]}
        await other.refused("code_wrong", "POST", "/doors/invitation/verify", body)


async def test_a_code_expires_and_wrong_tries_use_it_up(house: House) -> None:
    await house.make_open()
    _, token = await house.invite(ADA)
    first, other = await house.browser(), await house.browser()
    body = {"token": token, "email": ADA}
    await first.done("POST", "/doors/invitation", body)
    await other.done("POST", "/doors/invitation/code", body)
    code = house.codes.sent[0][1]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    for _ in range(5):
        await other.refused(
            "code_wrong", "POST", "/doors/invitation/verify", {**body, "code": wrong}
        )
    await other.refused("code_expired", "POST", "/doors/invitation/verify", {**body, "code": code})

    await other.done("POST", "/doors/invitation/code", body)
    house.clock.ahead_ms += 10 * 60_000
    late = {**body, "code": house.codes.sent[1][1]}
    await other.refused("code_expired", "POST", "/doors/invitation/verify", late)


async def test_the_answer_does_not_tell_whether_a_code_was_sent(house: House) -> None:
    await house.make_open()
    _, token = await house.invite(ADA)
    browser = await house.browser()

    answers = [
        await browser.call("POST", "/doors/invitation/code", {"token": token, "email": email})
        for email in (ADA, "eve@example.org", "not an address")
    ]

    assert {answer.text for answer in answers} == {'{"sent":true}'}
    assert {answer.status_code for answer in answers} == {200}
    assert [to for to, _ in house.codes.sent] == [ADA]


async def test_a_full_mail_queue_is_not_told_either(house: House) -> None:
    await house.make_open()
    _, token = await house.invite(ADA)
    house.codes.is_open = False
    browser = await house.browser()

    body = {"token": token, "email": ADA}
    assert await browser.done("POST", "/doors/invitation/code", body) == {"sent": True}


async def test_nobodys_mailbox_is_flooded_with_codes(house: House) -> None:
    await house.make_open()
    _, token = await house.invite(ADA)
    body = {"token": token, "email": ADA}

    answers = []
    for _ in range(12):
        browser = await house.browser()
        answers.append(await browser.call("POST", "/doors/invitation/code", body))

    assert len(house.codes.sent) == 5
    assert {answer.status_code for answer in answers} == {200, 429}


async def test_mailbox_proof_can_be_asked_for_at_once(house: House) -> None:
    await house.make_open(settings=settings(code_on_first_use=True))
    _, token = await house.invite(ADA)
    browser = await house.browser()
    body = {"token": token, "email": ADA}

    await browser.refused("code_required", "POST", "/doors/invitation", body)
    await browser.done("POST", "/doors/invitation/code", body)
    code = house.codes.sent[0][1]
    await browser.done("POST", "/doors/invitation/verify", {**body, "code": code})


async def test_where_no_second_device_is_let_in_no_code_is_sent(house: House) -> None:
    await house.make_open(settings=settings(device_policy=DevicePolicy.REFUSE))
    _, token = await house.invite(ADA)
    first, other = await house.browser(), await house.browser()
    body = {"token": token, "email": ADA}
    await first.done("POST", "/doors/invitation", body)

    for email in (ADA, "eve@example.org"):
        await other.refused(
            "other_device", "POST", "/doors/invitation/code", {"token": token, "email": email}
        )
    assert house.codes.sent == []


async def _revoke(house: House, one: str) -> None:
    await house.asked(c.RevokeInvitation(invitation_id=InvitationId(one)))


async def _expire(house: House, one: str) -> None:
    house.clock.ahead_ms += 60 * 60_000


async def _delete_entry(house: House, one: str) -> None:
    await house.asked(c.DeleteEntry())


async def _end(house: House, one: str) -> None:
    await house.asked(c.EndSession())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_revoke, "link_revoked"),
        (_expire, "link_expired"),
        (_delete_entry, "link_not_found"),
        (_end, "session_ended"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
async def test_an_invitation_that_ended_lets_nobody_in(
    house: House, change: "object", code: str
) -> None:
    await house.make_open()
    one, token = await house.invite(ADA, valid_minutes=60)
    browser = await house.browser()
    await change(house, one)  # type: ignore[operator]

    await browser.refused(code, "POST", "/doors/invitation", {"token": token, "email": ADA})

    state = await house.state()
    assert len(state.participants) == 0
    assert state.invitations[InvitationId(one)].uses == 0


async def test_after_a_reset_another_device_is_bound(house: House) -> None:
    await house.make_open()
    one, token = await house.invite(ADA)
    first, other = await house.browser(), await house.browser()
    body = {"token": token, "email": ADA}
    await first.done("POST", "/doors/invitation", body)

    await house.asked(c.ResetInvitationDevice(invitation_id=InvitationId(one)))

    await other.done("POST", "/doors/invitation", body)
    await first.refused("other_device", "POST", "/doors/invitation", body)


async def test_of_fifty_at_once_a_one_use_invitation_binds_exactly_one(house: House) -> None:
    await house.make_open()
    one, token = await house.invite(ADA)
    browsers = [await house.browser() for _ in range(50)]

    answers = await asyncio.gather(
        *(
            browser.patiently("/doors/invitation", {"token": token, "email": ADA})
            for browser in browsers
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] + 49 * [403]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 403} == {
        "other_device"
    }
    assert (await invitation(house, one)).uses == 1


async def test_redeeming_from_inside_raises_the_role_at_once(house: House) -> None:
    await house.make_open()
    _, guest_token = await house.make_link()
    _, token = await house.invite(ADA, "moderator")
    browser, admitted = await house.guest(guest_token)

    raised = await browser.done("POST", "/doors/invitation", {"token": token, "email": ADA})

    assert raised["participant_id"] == admitted["participant_id"]
    people = (await house.state()).participants
    assert len(people) == 1
    assert people[ParticipantId(admitted["participant_id"])].role is Role.MODERATOR


async def test_a_body_that_names_a_role_or_an_actor_is_refused(house: House) -> None:
    await house.make_open()
    _, token = await house.invite(ADA)
    browser = await house.browser()
    before = await house.version()

    for extra in ({"role": "host"}, {"account_id": AccountId("hanna")}, {"inside": "p_1"}):
        body = {"token": token, "email": ADA, **extra}
        await browser.refused("bad_request", "POST", "/doors/invitation", body)

    assert await house.version() == before


async def test_no_answer_at_the_door_holds_the_invited_address(house: House) -> None:
    address = "canary.lovelace@example.org"
    await house.make_open()
    _, token = await house.invite(address)
    browser, other = await house.browser(), await house.browser()
    texts = []

    for body in ({"token": token}, {"token": token, "email": "eve@example.org"}):
        for path in ("", "/look", "/code", "/verify"):
            sent = body | ({"code": "123456"} if path == "/verify" else {})
            texts.append((await browser.call("POST", f"/doors/invitation{path}", sent)).text)
    await other.done("POST", "/doors/invitation", {"token": token, "email": address})
    texts.append((await browser.call("POST", "/doors/invitation", {"token": token})).text)

    assert "canary" not in "\n".join(texts).lower()
