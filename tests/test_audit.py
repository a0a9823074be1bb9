"""`make audit` is not content with a tool that was told nothing."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.audit import ELSEWHERE, Looked, answered, main, of_npm, of_pip, told

WEB = Path(__file__).parent.parent / "web"
SKIPPED = {"name": "uvloop", "skip_reason": "Dependency not found on PyPI and could not be audited"}
SOUND = {"name": "anyio", "version": "4.16.0", "vulns": []}
FAULT = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"], "aliases": [], "description": "Bad."}
FAULTY = {"name": "thing", "version": "1.0", "vulns": [FAULT]}


@contextmanager
def registry(status: int, advisories: dict[str, Any]) -> Iterator[str]:
    """Run a registry that answers npm's question about known faults, and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(advisories).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def npm_says(url: str) -> Looked:
    npm = shutil.which("npm")
    assert npm
    options = ("--registry", url, "--fetch-retries", "0", "--offline=false")
    return of_npm(answered(npm, "audit", "--json", *options, folder=WEB))


def test_npm_is_believed_when_it_was_told_something() -> None:
    with registry(200, {}) as url:
        looked = npm_says(url)

    assert looked.parts > 10
    assert looked == Looked(looked.parts)


def test_a_fault_that_npm_was_told_of_is_named() -> None:
    fault = {
        "id": 1, "url": "https://example.org/1", "title": "Bad", "severity": "high",
        "vulnerable_versions": "*", "cwe": [], "cvss": {"score": 9, "vectorString": None},
    }  # fmt: skip
    with registry(200, {"lit": [fault]}) as url:
        looked = npm_says(url)

    assert "lit: high" in looked.known
    assert not looked.unknown


@pytest.mark.parametrize("status", [405, 500])
def test_npm_that_was_told_nothing_is_not_believed(status: int) -> None:
    with registry(status, {}) as url:
        assert npm_says(url).unknown


def test_what_pip_audit_passes_over_counts_as_not_looked_through() -> None:
    """It ends with 0 and "No known vulnerabilities found" when it has passed over everything."""
    assert of_pip(json.dumps({"dependencies": [SOUND, SKIPPED]})) == Looked(1, (), ("uvloop",))


def test_a_fault_that_pip_audit_knows_is_named_with_what_mends_it() -> None:
    looked = of_pip(json.dumps({"dependencies": [SOUND, FAULTY]}))

    assert looked == Looked(2, ("thing 1.0: PYSEC-2026-1, mended in 2.0",))


@pytest.mark.parametrize("said", ["", "Traceback", "[]", "{}"])
def test_no_answer_is_no_good_news(said: str) -> None:
    assert of_pip(said).unknown
    assert of_npm(said).unknown


@pytest.mark.parametrize(
    ("looked", "status"),
    [
        (Looked(2), 0),
        (Looked(2, ("thing: high",)), 1),
        (Looked(1, (), ("uvloop",)), 2),
        (Looked(1, ("thing: high",), ("uvloop",)), 1),
    ],
)
def test_the_status_tells_known_faults_from_want_of_data(looked: Looked, status: int) -> None:
    found, lines = told({"a lock": looked})

    assert found == status
    assert (ELSEWHERE in lines) == bool(looked.unknown)


def test_without_the_tools_it_says_so_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = str(tmp_path / "nothing")

    assert main(nothing, (nothing,), tmp_path) == 2
    assert ELSEWHERE in capsys.readouterr().out
