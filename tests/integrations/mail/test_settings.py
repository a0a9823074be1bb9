"""Mail settings from the environment."""

import pytest

from server.integrations.mail.settings import (
    MAIL_FROM,
    OUTBOX_SENDER,
    SMTP_URL,
    BadMailSetting,
    MailSettings,
    Security,
)

PASSWORD = "canary-password"


def read(url: str, sender: str = "usher@mail.example") -> MailSettings | None:
    return MailSettings.from_env({SMTP_URL: url, MAIL_FROM: sender})


@pytest.mark.parametrize("environment", [{}, {SMTP_URL: " "}, {MAIL_FROM: "usher@mail.example"}])
def test_without_a_url_there_is_no_mail_server(environment: dict[str, str]) -> None:
    assert MailSettings.from_env(environment) is None


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtp://relay.example", "relay.example", 25, Security.NONE),
        ("smtp://relay.example:2525/?starttls=0", "relay.example", 2525, Security.NONE),
        ("smtp://relay.example?starttls=1", "relay.example", 587, Security.STARTTLS),
        ("smtps://relay.example", "relay.example", 465, Security.TLS),
        ("smtp://[::1]:25", "::1", 25, Security.NONE),
    ],
)
def test_the_scheme_says_how_and_where(url: str, host: str, port: int, security: Security) -> None:
    settings = read(url)
    assert settings is not None
    assert (settings.host, settings.port, settings.security) == (host, port, security)
    assert settings.username is settings.password is None


def test_user_and_password_are_decoded() -> None:
    settings = read("smtps://us%40er:p%3A%2F%23w@relay.example")
    assert settings is not None
    assert (settings.username, settings.password) == ("us@er", "p:/#w")


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("usher@mail.example", "usher@mail.example", ""),
        ("Usher <usher@mail.example>", "usher@mail.example", "Usher"),
        ('"Usher, at work" <usher@mail.example>', "usher@mail.example", "Usher at work"),
        ("usher@bücher.example", "usher@xn--bcher-kva.example", ""),
    ],
)
def test_the_sender_may_have_a_name(text: str, address: str, name: str) -> None:
    settings = read("smtp://relay.example", text)
    assert settings is not None
    assert (settings.sender.address, settings.sender.name) == (address, name)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (f"http://u:{PASSWORD}@relay.example", "must begin with"),
        (f"smtp://u:{PASSWORD}@relay.example", "in the open"),
        (f"smtp://u:{PASSWORD}@relay.example?starttls=0", "in the open"),
        (f"smtps://u:{PASSWORD}@relay.example?starttls=1", "cannot have starttls"),
        (f"smtps://u:{PASSWORD}@relay.example?tls=1", "one option"),
        (f"smtps://u:{PASSWORD}@relay.example?starttls=1&starttls=0", "one option"),
        (f"smtps://u:{PASSWORD}@relay.example:x{PASSWORD}", "must look like"),
        (f"smtps://u:{PASSWORD}@relay.example:99999", "must look like"),
        (f"smtps://u:{PASSWORD}@relay.example:0", "must look like"),
        (f"smtps://u:{PASSWORD}#x@relay.example", "must look like"),
        (f"smtps://u:{PASSWORD}/x@relay.example", "must look like"),
        (f"smtps://u:{PASSWORD}@", "must look like"),
        (f"smtps://u:{PASSWORD}@[relay", "must look like"),
        (f"smtps://:{PASSWORD}@relay.example", "both a user and a password"),
        ("smtps://user@relay.example", "both a user and a password"),
    ],
)
def test_a_bad_url_is_explained_without_its_secret(url: str, problem: str) -> None:
    with pytest.raises(BadMailSetting, match=problem) as caught:
        read(url)
    assert caught.value.variable == SMTP_URL
    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_password_may_go_in_the_open_within_this_machine(host: str) -> None:
    assert read(f"smtp://u:{PASSWORD}@{host}:2525") is not None


@pytest.mark.parametrize("sender", ["nobody", "a@b.example, c@d.example", "x <y>", "<>", "@"])
def test_a_bad_sender_is_explained(sender: str) -> None:
    with pytest.raises(BadMailSetting, match="Name <address>") as caught:
        read("smtp://relay.example", sender)
    assert caught.value.variable == MAIL_FROM


def test_a_mail_server_needs_a_sender() -> None:
    with pytest.raises(BadMailSetting, match="must be set"):
        read("smtp://relay.example", "")


def test_no_repr_holds_the_password() -> None:
    settings = read(f"smtps://usher:{PASSWORD}@relay.example")
    assert PASSWORD not in repr(settings)
    assert PASSWORD not in str(settings)


def test_the_outbox_has_a_sender_that_can_be_nobody() -> None:
    assert OUTBOX_SENDER.domain == "usher.invalid"
