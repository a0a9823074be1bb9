"""The outbox, for the operator alone."""

from pathlib import Path

from protocol.http import OutboxMail
from tests.edge.house import House, opened_house

MAIL = OutboxMail(id="1", to="ada@example.org", subject="Come", text="/join#i.token", at=7)


async def test_the_operator_reads_the_mails(house: House) -> None:
    house.mails.kept.append(MAIL)
    host = await house.signed_in()

    [mail] = await host.done("GET", "/outbox")

    assert mail == MAIL.model_dump()


async def test_for_others_there_is_none(house: House) -> None:
    house.mails.kept.append(MAIL)
    stranger, account = await house.browser(), await house.account("Eve")
    platform = await house.platform()

    await stranger.refused("not_signed_in", "GET", "/outbox")
    await account.refused("not_found", "GET", "/outbox")
    await platform.refused("not_signed_in", "GET", "/outbox")


async def test_with_a_mail_server_there_is_none_at_all(tmp_path: Path) -> None:
    async with opened_house(tmp_path, outbox=False) as house:
        host = await house.signed_in()
        await host.refused("not_found", "GET", "/outbox")
