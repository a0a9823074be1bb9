"""Credentials are compared in constant time: no `==` stands beside one, anywhere in the server."""

import ast
import hmac
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from protocol.ids import RoomId
from protocol.secret import Secret
from server.core.names import same_email
from server.core.tokens import LinkClaim, make_token, read_token
from server.edge import api_keys
from server.edge.browser_keys import hash_of, is_key_of
from server.edge.ports import ApiKey

HERE = Path(__file__).parent.parent
SECRET = re.compile(r"(^|_)(digest|secret|token|ticket|signature|mac|hmac|password|code_digest)s?$")
NO_CREDENTIAL = {
    # Of a command's body: tells a retry from another command of the same id.
    ("server/core/decide.py", "known.digest != digest"),
    # Of the audit log's chain: anybody may know them, and work them out.
    ("server/cli/audit.py", "lines[0]['digest'] == last.digest"),
    ("server/core/chain.py", "line.digest == _digest(line)"),
    ("server/core/chain.py", "last.digest == head.digest"),
    ("server/core/chain.py", "line.previous != before.digest"),
    # Of stored bytes: tells damage, and is no secret.
    ("server/store/payload.py", "payload[1:1 + DIGEST_BYTES] != _digest(place, rest)"),
}
"""Comparisons of what has such a name and proves nothing, each with the reason."""


def compared(source: str) -> Iterator[str]:
    """List every comparison with `==` or `!=` of something with the name of a credential."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare):
            continue
        if not any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
            continue
        if any(SECRET.search(_name(side)) for side in (node.left, *node.comparators)):
            yield ast.unparse(node)


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=called):
            return _name(called)
        case _:
            return ""


@pytest.mark.parametrize("folder", ["server", "protocol"])
def test_no_credential_is_compared_with_an_operator(folder: str) -> None:
    found = {
        (str(path.relative_to(HERE)), one)
        for path in sorted((HERE / folder).rglob("*.py"))
        for one in compared(path.read_text(encoding="utf-8"))
    }
    assert found - NO_CREDENTIAL == set()


@pytest.mark.parametrize(
    "source", ["a.digest == b", "x != self._secret", "token(a) == b", "if code_digest == d: pass"]
)
def test_the_search_finds_what_it_is_for(source: str) -> None:
    assert list(compared(source))


@pytest.mark.parametrize("source", ["tokens_left == 0", "hmac.compare_digest(a, b)", "a is None"])
def test_the_search_leaves_the_rest_alone(source: str) -> None:
    assert not list(compared(source))


RING = (b"a" * 32, b"b" * 32)
CLAIM = LinkClaim(kind="guest", room_id=RoomId("e_1"), link_id="l_1", generation=1)
TOKEN, KEY = make_token(CLAIM, RING[0]), api_keys.fresh_key().key
STORED = api_keys.pack(
    ApiKey(id=api_keys.id_of(KEY), name="k", scopes=frozenset(), created_at=1), KEY, RING
)
CREDENTIALS: dict[str, tuple[Callable[[str], object], str, str, int]] = {
    # For a wrong one as often as for a right one, and for every key of the ring.
    "a link token": (lambda one: read_token(one, RING), TOKEN, f"{TOKEN[:-1]}.", len(RING)),
    "no link token at all": (lambda one: read_token(one, RING), TOKEN, "x", len(RING)),
    "an API key": (
        lambda one: api_keys.opened(one, STORED, RING),
        KEY,
        f"{KEY[:-1]}{'x' if KEY[-1] != 'x' else 'y'}",
        len(RING),
    ),
    "the key of a browser": (lambda one: is_key_of(one, hash_of("right")), "right", "wrong", 1),
    "a secret": (lambda one: Secret("right", "code") == Secret(one, "code"), "right", "wrong", 1),
    "an address": (
        lambda one: same_email("ada@example.org", one),
        "ada@example.org",
        "eve@example.org",
        1,
    ),
}


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_a_credential_is_compared_whole_and_as_often_whether_it_is_right(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """By what is called, and not by a clock, which would measure the machine."""
    read, right, wrong, times = CREDENTIALS[kind]
    calls: list[tuple[str | bytes, str | bytes]] = []
    compare = hmac.compare_digest

    def noting(one: Any, other: Any) -> bool:
        calls.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", noting)

    for given, is_right in ((right, True), (wrong, False)):
        calls.clear()
        assert bool(read(given)) is is_right
        assert len(calls) == times


def test_an_api_key_that_nobody_has_costs_as_much_as_one_that_somebody_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[bytes] = []
    digest = hmac.digest

    def noting(key: bytes, message: bytes, by: Any) -> bytes:
        made.append(key)
        return digest(key, message, by)

    monkeypatch.setattr(hmac, "digest", noting)

    assert api_keys.opened(KEY, None, RING) is None
    assert made == [*RING]
