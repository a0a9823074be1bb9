"""The HTTP side of the command line: where the server is, with which key, and its answers."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx

from protocol.version import API
from server.cli.output import REFUSED, UNREACHABLE, fail
from server.folder import OPERATOR_KEY_FILE, STARTED_FILE

TIMEOUT_S = 30.0
FILE_S = 300.0
"""A record of a hundred thousand people takes its time."""


@dataclass(frozen=True, slots=True)
class Api:
    """A server that runs, and the right to talk to it."""

    url: str
    key: str

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: dict[str, Any] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> Any:
        """Ask the server; a refusal is printed, and ends the command with code 1."""
        answer = self._asked(method, path, body, query, timeout_s)
        return answer.json() if answer.content else {}

    def file(self, path: str, query: dict[str, Any] | None = None) -> str:
        """Get a file, as text; refusals as `call`."""
        return self._asked("GET", path, None, query, FILE_S).text

    def _asked(
        self, method: str, path: str, body: Any, query: dict[str, Any] | None, timeout_s: float
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        params = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            answer = httpx.request(
                method,
                f"{self.url}{API}{path}",
                json=body,
                params=params,
                headers=headers,
                timeout=timeout_s,
            )
        except httpx.HTTPError as fault:
            fail(f"Cannot reach the server at {self.url}: {fault}", UNREACHABLE)
        if not answer.is_success:
            fail(_problem(answer), REFUSED)
        return answer


def _problem(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return f"The server answered {answer.status_code}."


def api() -> Api:
    """Find the server: `USHER_URL` and `USHER_KEY`, or the one that runs on this machine."""
    folder = Path(os.environ.get("USHER_DATA") or "data")
    url = os.environ.get("USHER_URL") or local_url(folder)
    if not url:
        raise click.UsageError(
            "No server runs on this data folder. Start one with `usher serve`, "
            "or say where it is with USHER_URL and USHER_KEY."
        )
    key = os.environ.get("USHER_KEY") or _local_key(folder)
    return Api(url.rstrip("/"), key)


def local_url(folder: Path) -> str:
    """Say where the server of a data folder runs; empty when it does not."""
    try:
        return str(json.loads((folder / STARTED_FILE).read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError):
        return ""


def _local_key(folder: Path) -> str:
    """Read the key of this machine, or make it where the server's keys and store are at hand."""
    try:
        return (folder / OPERATOR_KEY_FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if made := _made_key(folder):
            return made
    except OSError:
        pass
    raise click.UsageError(
        "No key. Make one on the server's machine with `usher key create`, "
        "and put it into USHER_KEY."
    )


def _made_key(folder: Path) -> str:
    """Make the key of this machine; empty where the server's keys are not at hand."""
    # Half of the server, which most commands do without: they answer three times as fast.
    from server.cli.machine import in_directory
    from server.settings import Settings
    from server.welcome import machine_key

    if not Settings.from_env(os.environ).key_file.exists():
        return ""
    return in_directory(lambda directory: machine_key(folder, directory))
