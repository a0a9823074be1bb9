"""Whose address counts, behind which proxies."""

import pytest

from server.edge.clients import NOWHERE, client_key, networks


def scope(peer: str | None, *forwarded: str) -> dict[str, object]:
    return {
        "client": (peer, 1234) if peer else None,
        "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded],
    }


PROXIES = networks(["10.0.0.0/8", "192.168.1.1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.7"], "203.0.113.5"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.7"], "198.51.100.7"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.7, 10.9.9.9"], "198.51.100.7"),
        ("10.1.2.3", ["198.51.100.7", "192.168.1.1"], "198.51.100.7"),
        ("10.1.2.3", ["nonsense"], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.7, nonsense"], "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", [], "203.0.113.5"),
        (None, ["198.51.100.7"], NOWHERE),
        ("not an address", [], NOWHERE),
    ],
)
def test_the_client_is_the_last_one_that_trusted_proxies_name(
    peer: str | None, forwarded: list[str], expected: str
) -> None:
    assert client_key(scope(peer, *forwarded), PROXIES) == expected


def test_without_proxies_nothing_that_was_forwarded_counts() -> None:
    assert client_key(scope("127.0.0.1", "198.51.100.7"), ()) == "127.0.0.1"


def test_what_is_no_network_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        networks(["a proxy"])
