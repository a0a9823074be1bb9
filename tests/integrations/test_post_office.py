"""The post office: mails that are looked at before they are sent."""

from collections.abc import AsyncIterator

import pytest

from server.core.state import EMPTY
from server.integrations.mail.postman import Postman
from server.integrations.post_office import Links, PostOffice
from tests.core.given import Story
from tests.integrations.mail.given import SENDER, Ledger, World
from tests.integrations.mail.test_postman import smtp
from tests.mailbox import Mailbox

URL = "https://usher.example"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with Mailbox() as opened:
        yield opened


async def test_a_mail_is_shown_as_it_would_be_sent_with_a_link_that_leads_nowhere(
    mailbox: Mailbox,
) -> None:
    story = Story()
    invitation = story.invitation_of(story.invitee)
    office = PostOffice(Links(url=URL, keys=(b"k" * 32,)))
    assert office.invitation_mail(story.state, invitation) is None
    postman = Postman(smtp(mailbox), SENDER, Ledger().record, World().surroundings)

    async with office.running(postman, lambda *_: mailbox.wait_for(0)):
        mail = office.invitation_mail(story.state, invitation)
        assert office.invitation_mail(EMPTY, invitation) is None

    assert mail is not None
    assert (mail.sender, mail.to) == (
        "Usher <usher@mail.example>",
        f"Ina Invitee <{story.invitee.email}>",
    )
    assert mail.subject.startswith("Olga Owner invites you to")
    for words in (mail.text, mail.html):
        assert f"{URL}/join#i.preview" in words
        assert "Ina Invitee" in words
    assert mail.language == "en"
    assert mailbox.deliveries == []
