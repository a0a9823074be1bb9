"""From letters to mails: every language, every part, and nothing that was not asked for."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.ids import PersonId
from protocol.roles import EntryKind, InvitationType
from server.core.person import Person
from server.integrations.mail.addresses import UnusableAddress
from server.integrations.mail.letters import Letter, UnusableLink, compose, in_groups
from server.integrations.mail.moments import LANGUAGES, utc
from tests.integrations.mail.given import (
    BOB,
    ENDS_AT,
    IDS,
    LINK,
    NOW,
    SENDER,
    STARTS_AT,
    code_letter,
    event_in,
    html_of,
    invitation_letter,
    text_of,
)
from tests.integrations.mail.test_cleaning import ANYTHING

HEADERS = {
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
    "Date",
    "Message-ID",
}


def arrived(letter: Letter) -> EmailMessage:
    """Compose, serialise and read back, as the reader's mail program does."""
    raw = compose(letter, SENDER, NOW, IDS).as_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


class _Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str | None] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name in ("href", "src")}

    def handle_data(self, data: str) -> None:
        self.text += data


# --- what is in it -------------------------------------------------------------------------


def test_the_headers_say_who_when_and_that_nobody_typed_it() -> None:
    mail = arrived(invitation_letter())
    assert set(mail.keys()) == HEADERS
    assert str(mail["From"]) == "Usher <usher@mail.example>"
    assert str(mail["To"]) == "Bob Builder <bob@example.com>"
    assert mail["Subject"] == "Ada Lovelace invites you to “Weekly call”"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail["Message-ID"] == "<m1@mail.example>"
    assert parsedate_to_datetime(mail["Date"]) == utc(NOW).replace(microsecond=0)


def test_plain_text_comes_first_and_html_beside_it() -> None:
    mail = arrived(invitation_letter())
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EntryKind)
@pytest.mark.parametrize("given_type", InvitationType)
def test_every_invitation_tells_everything_in_both_parts(
    language: str, kind: EntryKind, given_type: InvitationType
) -> None:
    mail = arrived(
        invitation_letter(
            kind=kind,
            invitation_type=given_type,
            language=language,
            message="See you there",
            starts_at=STARTS_AT,
            ends_at=ENDS_AT,
            expires_at=ENDS_AT,
        )
    )
    text, seen = text_of(mail), _Seen(html_of(mail))
    told = ("Bob Builder", "Ada Lovelace", "Weekly call", "See you there", BOB.email, LINK)
    for each in (*told, "13:45 – 15:15 UTC", "15:15 UTC."):
        assert each in text
        assert each in seen.text
    assert f"\n{LINK}\n" in text
    assert mail["Content-Language"] == language
    for leftover in ("{{", "{%", "\n\n\n", "None"):
        assert leftover not in text
    assert seen.links == {LINK}
    assert not seen.tags & {"img", "script", "table", "link", "iframe", "form"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invitation_with_the_least_there_can_be_reads_well(language: str) -> None:
    nobody = Person(PersonId("p"), "", "bob@example.com")
    mail = arrived(invitation_letter(to=nobody, invited_by="", language=language))
    text = text_of(mail)
    assert "\n\n\n" not in text
    assert " ," not in text
    assert "Weekly call" in mail["Subject"]
    assert "UTC" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_is_described_differently(language: str) -> None:
    texts = {
        text_of(arrived(invitation_letter(invitation_type=each, kind=kind, language=language)))
        for each in InvitationType
        for kind in (EntryKind.ROOM, EntryKind.VIDEO)
    }
    assert len(texts) == 8


def test_a_viewer_of_a_video_is_promised_no_stage() -> None:
    viewer = invitation_letter(kind=EntryKind.VIDEO, invitation_type=InvitationType.VIEWER)
    assert "stage" not in text_of(arrived(viewer))


def test_an_unknown_language_is_english() -> None:
    mail = arrived(invitation_letter(language="pt-BR"))
    assert mail["Content-Language"] == "en"
    assert "invites you" in mail["Subject"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_is_in_groups_with_its_validity_and_not_in_the_subject(language: str) -> None:
    mail = arrived(code_letter(language=language, valid_minutes=15))
    for body in (text_of(mail), _Seen(html_of(mail)).text):
        assert "123 456" in body
        assert "15 " in body
        assert "Weekly call" in body
    assert "123" not in mail["Subject"]
    assert LINK not in text_of(mail)


@pytest.mark.parametrize(
    ("code", "groups"),
    [("123456", "123 456"), ("12345678", "1234 5678"), ("12345", "12345"), ("1234", "1234")],
)
def test_codes_are_grouped_evenly_or_not_at_all(code: str, groups: str) -> None:
    assert in_groups(code) == groups


# --- the calendar --------------------------------------------------------------------------


def test_something_scheduled_brings_a_calendar_file() -> None:
    mail = arrived(invitation_letter(starts_at=STARTS_AT, ends_at=ENDS_AT))
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_filename() for part in parts] == [None, "invitation.ics"]
    for part in parts:
        assert part.get_param("method") == "REQUEST"
        event = event_in(part.get_content())
        assert event.uid == "e_1.i_1@mail.example"
        assert (event.start, event.end) == (utc(STARTS_AT), utc(ENDS_AT))
        assert event.url == LINK
        assert LINK in str(event.description)
        assert event.organizer is not None
        assert event.organizer.params["CN"] == "Ada Lovelace"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calendar_speaks_the_language_of_the_letter(language: str) -> None:
    mail = arrived(invitation_letter(starts_at=STARTS_AT, language=language))
    english = arrived(invitation_letter(starts_at=STARTS_AT))
    notes = [
        event_in(part.get_content()).description
        for each in (mail, english)
        for part in each.iter_attachments()
    ]
    assert (notes[0] == notes[1]) == (language == "en")


@pytest.mark.parametrize(
    ("starts_at", "ends_at"), [(None, None), (NOW - 2, NOW - 1), (NOW - 1, None)]
)
def test_what_is_not_scheduled_or_over_has_no_calendar(
    starts_at: int | None, ends_at: int | None
) -> None:
    mail = arrived(invitation_letter(starts_at=starts_at, ends_at=ends_at))
    assert not [part for part in mail.walk() if part.get_content_type() == "text/calendar"]


def test_what_is_running_still_has_one() -> None:
    mail = arrived(invitation_letter(starts_at=NOW - 1, ends_at=NOW + 1))
    assert [part for part in mail.walk() if part.get_content_type() == "text/calendar"]


# --- what must not happen ------------------------------------------------------------------

INJECTIONS = [
    "Weekly\r\nBcc: eve@example.com",
    "Weekly\nBcc: eve@example.com\n\nAnother body",
    "Weekly\rBcc: eve@example.com",
    "=?utf-8?q?hi=0D=0ABcc:_eve@example.com?=",
    "=?utf-8?b?DQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?=",
    "Weekly\u2028Bcc: eve@example.com\x0bBcc: x@example.com",
    'Bob" <eve@example.com>, "',
    "=?utf-8?q?a=2C_eve=40example=2Ecom=2C?=",
]


@pytest.mark.parametrize("nasty", INJECTIONS)
def test_names_write_no_headers_and_add_no_recipients(nasty: str) -> None:
    letter = invitation_letter(
        to=Person(BOB.id, nasty, BOB.email),
        entry_name=nasty,
        invited_by=nasty,
        message=nasty,
        starts_at=STARTS_AT,
    )
    mail = arrived(letter)
    assert set(mail.keys()) == HEADERS
    assert [each.addr_spec for each in mail["To"].addresses] == [BOB.email]
    assert len(list(mail.walk())) == 6


@settings(deadline=None)
@given(name=ANYTHING, entry_name=ANYTHING, message=ANYTHING)
def test_no_text_at_all_changes_the_form_of_a_mail(
    name: str, entry_name: str, message: str
) -> None:
    letter = invitation_letter(
        to=Person(BOB.id, name, BOB.email), entry_name=entry_name, invited_by=name, message=message
    )
    mail = arrived(letter)
    assert set(mail.keys()) == HEADERS
    assert [each.addr_spec for each in mail["To"].addresses] == [BOB.email]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert _Seen(html_of(mail)).links == {LINK}


@settings(deadline=None)
@example("::éé––👩👩👩👩:::::::::::::ééé–––👩👩👩👩 é :")
@given(st.text(alphabet="aé Ж–👩\u200d💻\u0301.,;:()", max_size=120))
def test_a_subject_arrives_as_it_was_written(entry_name: str) -> None:
    letter = code_letter(entry_name=entry_name)
    assert arrived(letter)["Subject"] == compose(letter, SENDER, NOW, IDS)["Subject"]


def test_html_from_people_is_shown_and_not_obeyed() -> None:
    nasty = '<script>alert(1)</script><a href="https://evil.example">x</a>"\'&'
    mail = arrived(
        invitation_letter(
            to=Person(BOB.id, nasty, BOB.email), entry_name=nasty, invited_by=nasty, message=nasty
        )
    )
    seen = _Seen(html_of(mail))
    assert seen.links == {LINK}
    assert "script" not in seen.tags
    assert nasty in seen.text


def test_bidi_overrides_do_not_reach_the_reader() -> None:
    mail = arrived(invitation_letter(entry_name="gpj\u202eexe.", message="a\u202eb\u2066c"))
    for body in (mail["Subject"], text_of(mail), html_of(mail)):
        assert not set(body) & {"\u202e", "\u2066"}


@pytest.mark.parametrize("email", ["", "nobody", "bob@example.com, eve@example.com"])
def test_a_letter_to_no_address_cannot_be_written(email: str) -> None:
    with pytest.raises(UnusableAddress):
        compose(invitation_letter(to=Person(BOB.id, "Bob", email)), SENDER, NOW, IDS)


def test_a_letter_to_an_erased_person_cannot_be_written() -> None:
    with pytest.raises(UnusableAddress):
        compose(invitation_letter(to=Person(BOB.id, is_erased=True)), SENDER, NOW, IDS)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "/i#token",
        "javascript:alert(1)",
        "https://",
        "https://x.test/\r\nhttps://evil.test/",
        'https://x.test/"onclick="x',
        "https://x.test/a b",
        "https://exämple.test/",
    ],
)
def test_a_link_that_is_none_is_a_mistake_that_is_not_repeated(link: str) -> None:
    with pytest.raises(UnusableLink) as caught:
        compose(invitation_letter(link_url=link), SENDER, NOW, IDS)
    assert not link or link not in str(caught.value)


def test_no_repr_holds_a_link_or_a_code() -> None:
    assert LINK not in repr(invitation_letter())
    assert "123456" not in repr(code_letter())
