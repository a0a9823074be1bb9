"""What may stand in `From` and `To`."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.integrations.mail.addresses import Sender, UnusableAddress, mailbox
from tests.integrations.mail.test_cleaning import ANYTHING


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("bob@example.com", "bob@example.com"),
        (" bob+x.y@Example.COM ", "bob+x.y@example.com"),
        ("bob@bücher.example", "bob@xn--bcher-kva.example"),
        ("bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example"),
        ("пётр@example.com", "пётр@example.com"),
    ],
)
def test_a_plain_address_is_written_with_an_ascii_domain(typed: str, written: str) -> None:
    assert mailbox(typed).addr_spec == written


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "bob",
        "@example.com",
        "bob@",
        "bob@example.com, eve@example.com",
        "bob@example.com\r\nBcc: eve@example.com",
        "bob@example.com>\r\nRCPT TO:<eve@example.com",
        "Bob <bob@example.com>",
        '"bob eve"@example.com',
        "bob(comment)@example.com",
        "bob@[127.0.0.1]",
        "=?utf-8?q?eve=40example.org=2C?=@example.com",
        "bob @example.com",
        "b\u200bob@example.com",
        "x" * 300 + "@example.com",
    ],
)
def test_anything_else_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(UnusableAddress) as caught:
        mailbox(typed)
    assert not typed or typed not in str(caught.value)


@settings(deadline=None)
@given(ANYTHING)
def test_no_name_adds_or_hides_a_recipient(name: str) -> None:
    mail = EmailMessage(policy=policy.SMTP)
    mail["To"] = mailbox("bob@example.com", name)
    raw = mail.as_bytes()
    read = message_from_bytes(raw, policy=policy.default)
    assert read.keys() == ["To"]
    assert [address.addr_spec for address in read["To"].addresses] == ["bob@example.com"]


@settings(deadline=None)
@given(st.text(alphabet="ab éЖ中.-👩", max_size=120))
def test_a_name_arrives_as_it_was_written(name: str) -> None:
    mail = EmailMessage(policy=policy.SMTP)
    mail["To"] = address = mailbox("bob@example.com", name)
    read = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert read["To"].addresses[0].display_name == address.display_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Владимир Владимирович Владимиров", "Владимир Владимирович"),
        ("Ж" * 60, ""),
        ("Pablo Diego José Francisco", "Pablo Diego José Francisco"),
        ("x" * 120, "x" * 120),
    ],
)
def test_a_long_name_in_another_script_is_cut_after_a_word(name: str, shown: str) -> None:
    assert mailbox("bob@example.com", name).display_name == shown


def test_a_sender_knows_its_domain() -> None:
    sender = Sender("usher@Bücher.example", "Usher")
    assert sender.domain == "xn--bcher-kva.example"
    assert str(sender.mailbox) == "Usher <usher@xn--bcher-kva.example>"


@pytest.mark.parametrize("address", ["", "usher", "usher@machine", "Usher <usher@mail.example>"])
def test_a_sender_that_nobody_could_answer_cannot_be_made(address: str) -> None:
    with pytest.raises(UnusableAddress):
        Sender(address)
