"""The API as a stranger reads it: schemathesis walks our own description against the server.

It draws requests that fit the description and requests that do not, and follows the links from
one reply to the next request. No answer is a fault of ours, and each is what is described.
`make fuzz` goes on for longer.
"""

import asyncio
import logging
import sys
from pathlib import Path

import pytest

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
PHASES = {
    "fuzzing": ("--max-examples", "2"),
    # Only what fits leads on to something.
    "stateful": ("--max-examples", "12", "--mode", "positive"),
}
LEAST = {"fuzzing": 25, "stateful": 4}
"""Operations that have to be carried out at least once: a walk among refusals shows little."""


async def walk(house: House, folder: Path, *options: str) -> tuple[int, str]:
    """Have a process of its own walk through the API as the host."""
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


def config(session: str) -> str:
    """Have ids in paths be real ones, where no link gives them."""
    return f"""[parameters]
"path.entry_id" = "e_room"
"path.session_id" = "{session}"
"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("phase", sorted(PHASES))
async def test_no_request_drawn_from_the_description_is_a_fault_of_ours(
    tmp_path: Path, phase: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "usher.access")
    async with opened_house(tmp_path, rates=RATES) as house:
        session = await house.make_open()
        if phase == "fuzzing":
            (tmp_path / "schemathesis.toml").write_text(config(session), encoding="utf-8")
        status, said = await walk(house, tmp_path, "--phases", phase, "--seed", "1", *PHASES[phase])

    assert status == 0, said
    lines = [one.getMessage().split() for one in caplog.records if one.name == "usher.access"]
    done = {(method, route) for method, route, status, *_ in lines if status == "200"}
    assert not [line for line in lines if line[2].startswith("5")]
    assert not [one for one in caplog.records if one.levelname in ("ERROR", "CRITICAL")]
    assert len(done) >= LEAST[phase], sorted(done)
