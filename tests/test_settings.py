import re
from pathlib import Path

import pytest

from server.integrations.mail.settings import MAIL_FROM, SMTP_URL
from server.settings import Settings, SettingsError

OPERATIONS = Path(__file__).parent.parent / "docs" / "operations.md"


def test_everything_has_a_default_that_only_this_machine_can_reach() -> None:
    settings = Settings.from_env({})
    assert (settings.host, settings.port, settings.url) == (
        "127.0.0.1",
        8000,
        "http://127.0.0.1:8000",
    )


def test_host_and_port_come_from_the_environment() -> None:
    settings = Settings.from_env({"HOST": "::1", "PORT": "9000"})
    assert settings.url == "http://[::1]:9000"


def test_links_begin_with_the_public_address_when_there_is_one() -> None:
    settings = Settings.from_env({"USHER_URL": "https://rooms.example.org/"})
    assert settings.url == "https://rooms.example.org"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "٣"),
        ("USHER_URL", "rooms.example.org"),
        ("USHER_LOG", "loud"),
        ("USHER_DEMO", "yes"),
        ("USHER_TICK_MS", "0"),
        ("USHER_ORIGINS", "lms.example"),
        ("USHER_ORIGINS", "https://lms.example/course"),
        ("USHER_ORIGINS", "https://lms.example?a"),
        ("USHER_ORIGINS", "https://*.lms.example"),
        ("USHER_FRAMES", "lms.example"),
        ("USHER_FRAMES", "https://lms.example/course"),
        ("USHER_FRAMES", "https://*.lms.example"),
        ("USHER_FRAMES", "https://lms.example;sandbox"),
        ("USHER_FRAMES", "'none'"),
        ("USHER_FRAMES", "*"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        Settings.from_env({name: value})
    assert value not in str(caught.value) or value in "0"


def test_origins_are_written_as_browsers_send_them() -> None:
    given = "https://lms.example/ https://LMS.Example:8443 http://portal.example:80"
    settings = Settings.from_env({"USHER_ORIGINS": given, "USHER_FRAMES": given})

    assert (
        settings.origins
        == settings.frame_ancestors
        == (
            "https://lms.example",
            "https://lms.example:8443",
            "http://portal.example",
        )
    )


def test_every_variable_stands_in_the_documentation_and_every_documented_one_is_read() -> None:
    source = (Path(__file__).parent.parent / "server" / "settings.py").read_text()
    names = r'"(HOST|PORT|REDIS_URL|(?:LIVEKIT|USHER)_[A-Z_]+)"'
    read = set(re.findall(names, source)) | {SMTP_URL, MAIL_FROM}
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS.read_text(), re.MULTILINE))
    assert documented == read
