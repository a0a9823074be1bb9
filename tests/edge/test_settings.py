"""What follows from the settings by itself."""

import pytest

from server.edge.settings import EdgeSecrets, EdgeSettings, bracketed


def test_a_server_on_this_machine_answers_to_each_of_its_names() -> None:
    settings = EdgeSettings(public_url="http://127.0.0.1:8000")

    assert settings.origins == {
        "http://127.0.0.1:8000",
        "http://localhost:8000",
        "http://[::1]:8000",
    }
    assert settings.hosts == {"127.0.0.1", "localhost", "::1"}


def test_a_public_server_answers_to_its_name_alone() -> None:
    settings = EdgeSettings(public_url="https://usher.example")

    assert settings.origins == {"https://usher.example"}
    assert settings.hosts == {"usher.example"}


@pytest.mark.parametrize(
    ("url", "origins"),
    [
        ("https://Usher.Example:443/rooms", {"https://usher.example"}),
        ("https://usher.example:8443", {"https://usher.example:8443"}),
        ("http://localhost:80", {"http://127.0.0.1", "http://localhost", "http://[::1]"}),
        ("", set()),
    ],
)
def test_our_own_origin_is_written_as_browsers_send_it(url: str, origins: set[str]) -> None:
    assert EdgeSettings(public_url=url).origins == origins


def test_further_origins_and_hosts_are_added() -> None:
    settings = EdgeSettings(
        public_url="https://usher.example",
        allowed_origins=("https://lms.example",),
        allowed_hosts=("inner.example",),
    )

    assert settings.origins == {"https://usher.example", "https://lms.example"}
    assert settings.own_origins == {"https://usher.example"}
    assert settings.hosts == {"usher.example", "inner.example"}


@pytest.mark.parametrize(
    ("url", "chosen", "expected"),
    [
        ("https://usher.example", None, True),
        ("http://127.0.0.1:8000", None, False),
        ("http://127.0.0.1:8000", True, True),
        ("https://usher.example", False, False),
    ],
)
def test_cookies_are_secure_where_people_come_by_https(
    url: str, chosen: bool | None, expected: bool
) -> None:
    settings = EdgeSettings(public_url=url, cookie_secure=chosen)

    assert settings.has_secure_cookies is expected


def test_keys_hide_themselves() -> None:
    ring = (b"a secret of the server",)
    secrets = EdgeSecrets(link_keys=ring, ticket_keys=ring, account_keys=ring, token_keys=ring)

    assert "secret of" not in repr(secrets)


def test_only_addresses_of_version_6_are_put_into_brackets() -> None:
    assert bracketed("::1") == "[::1]"
    assert bracketed("localhost") == "localhost"


def test_a_proxy_has_to_be_an_address_or_a_network() -> None:
    assert len(EdgeSettings(public_url="", trusted_proxies=("10.0.0.0/8", "::1")).proxies) == 2
    with pytest.raises(ValueError, match="my proxy"):
        EdgeSettings(public_url="https://usher.example", trusted_proxies=("my proxy",))
