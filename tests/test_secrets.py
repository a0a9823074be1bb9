"""Credentials are compared in constant time: no `==` stands beside one, anywhere in the server."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

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
