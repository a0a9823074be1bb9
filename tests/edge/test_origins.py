"""Origins, as browsers name them and policies may."""

import pytest

from server.edge.origins import origin_of


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example;script-src *",
        "https://a b.example/",
        "https://*/x",
        "https://*.example/x",
        "javascript:alert(1)",
        "https://files.example:99999/",
        "https://[::1/",
        "//files.example/a.pdf",
        "",
    ],
)
def test_what_is_no_origin_never_gets_into_a_policy(url: str) -> None:
    found = origin_of(url)

    assert found in ("", "https://files.example")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Moodle.Example:443/mod/lti", "https://moodle.example"),
        ("http://localhost:8080/x", "http://localhost:8080"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("http://usher_node:8000", "http://usher_node:8000"),
        ("https://user@moodle.example/", ""),
        ("javascript:alert(1)", ""),
        ("//moodle.example/", ""),
        ("https://moodle.example:99999/", ""),
        ("https://b\u00fccher.example/", "https://xn--bcher-kva.example"),
        ("https://*/x", ""),
        ("https://*.example/x", ""),
        ("https://a;sandbox/x", ""),
        ("https://a,b/x", ""),
        ("https://a b/x", ""),
        ("https://a'b/x", ""),
        ("https://[v1.*]/x", ""),
    ],
)
def test_origins_are_named_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin
