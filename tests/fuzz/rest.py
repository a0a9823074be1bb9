"""The API as a stranger reads it: schemathesis walks our own description against the server.

It draws requests that fit the description and requests that do not, and follows the links from
one reply to the next request. No answer is a fault of ours, and each is what is described.
"""

import asyncio
import logging
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from server.edge.settings import Rate, Rates
from tests.edge.house import House, opened_house

PLENTY = Rate(burst=1_000_000, per_s=1_000_000)
RATES = Rates(
    doors_per_address=PLENTY,
    misses_per_address=PLENTY,
    misses_per_link=PLENTY,
    misses_per_email=PLENTY,
    writes_per_caller=PLENTY,
    searches_per_caller=PLENTY,
)
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,"
          "response_schema_conformance,use_after_free")  # fmt: skip
LEFT_OUT = ("post_sign_out", "delete_entries_entry", "get_counts")
"""The first two would end what the others need; the last is a stream that does not end."""
PHASES: dict[str, tuple[str, ...]] = {
    "fuzzing": (),
    # Only what fits leads on to something.
    "stateful": ("--mode", "positive"),
}


@dataclass(frozen=True, slots=True)
class Walk:
    """What came of a walk: what schemathesis said, and what the server told of itself.

    Args:
        status: of schemathesis; 0 when every answer was as described.
        asked: requests that were answered.
        done: method and route of operations that were carried out.
        faults: lines of the server's log that tell of a fault of ours.
    """

    said: str
    status: int
    asked: int
    done: frozenset[tuple[str, str]]
    faults: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Nothing was found, and not for want of asking."""
        return self.status == 0 and self.asked > 0 and not self.faults


class _Heard(logging.Handler):
    """Keeps what is told of requests, and of faults."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[list[str]] = []
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "usher.access":
            self.requests.append(record.getMessage().split())
        if record.levelno >= logging.ERROR:
            self.faults.append(record.getMessage())


async def walk(phase: str, *options: str) -> Walk:
    """Have a process of its own walk through the API of a new server, as the host of a room."""
    heard, access, root = _Heard(), logging.getLogger("usher.access"), logging.getLogger()
    level = access.level
    root.addHandler(heard)
    access.setLevel(logging.INFO)
    try:
        with tempfile.TemporaryDirectory(prefix="usher-walk-") as folder:
            async with opened_house(Path(folder), rates=RATES) as house:
                session = await house.make_open()
                if phase == "fuzzing":
                    toml = Path(folder) / "schemathesis.toml"
                    toml.write_text(_config(session), encoding="utf-8")
                status, said = await _walked(house, Path(folder), "--phases", phase, *options)
    finally:
        access.setLevel(level)
        root.removeHandler(heard)
    served = [line for line in heard.requests if len(line) > 2]
    broken = [" ".join(line) for line in served if line[2].startswith("5")]
    return Walk(
        said=said,
        status=status,
        asked=len(served),
        done=frozenset((line[0], line[1]) for line in served if line[2] == "200"),
        faults=(*heard.faults, *broken),
    )


async def _walked(house: House, folder: Path, *options: str) -> tuple[int, str]:
    host = await house.signed_in()
    excluded = [word for name in LEFT_OUT for word in ("--exclude-operation-id", name)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{house.url}/api/v1/openapi.json"),
        *("--header", f"Cookie: {host.cookie_header}"),
        *("--header", f"Origin: {house.url}", "--header", "X-Usher: 1"),
        *("--checks", CHECKS, "--warnings", "off", "--no-color", "--request-timeout", "20"),
        *("--generation-database", "none", "--no-shrink"),
        *(*excluded, *options),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, out.decode(errors="replace")


def _config(session: str) -> str:
    """Have ids in paths be real ones, where no link gives them."""
    return f"""[parameters]
"path.entry_id" = "e_room"
"path.session_id" = "{session}"
"""
