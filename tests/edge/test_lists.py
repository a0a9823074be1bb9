"""Lists, and where the next page is."""

import json

from starlette.requests import Request

from protocol.http import Me
from server.edge.lists import listed

REQUEST = Request(
    {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/entries",
        "query_string": b"limit=1",
        "headers": [(b"host", b"usher.example")],
        "scheme": "https",
        "server": ("usher.example", 443),
    }
)


def test_a_list_is_an_array_without_nulls() -> None:
    made = listed(REQUEST, [Me(name="Ada"), Me()])

    expected = [{"name": "Ada", "is_operator": False}, {"is_operator": False}]
    assert json.loads(bytes(made.body)) == expected
    assert "link" not in made.headers


def test_the_next_page_is_named() -> None:
    made = listed(REQUEST, [Me()], "e_1&x=<>", 1)

    expected = '</api/v1/entries?after=e_1%26x%3D%3C%3E&limit=1>; rel="next"'
    assert made.headers["link"] == expected
