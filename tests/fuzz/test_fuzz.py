"""A bounded run of the fuzzer; `make fuzz MINUTES=…` goes on. See `targets.py`, `lines.py`."""

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.__main__ import FOUND, NAMES, ROOT, fuzz
from tests.fuzz.lines import Lines
from tests.fuzz.rest import PHASES
from tests.fuzz.seeds import seeds_of
from tests.fuzz.targets import TARGETS

HAS_FUZZER = sys.platform == "linux" and platform.machine() == "x86_64"
fuzzed = pytest.mark.skipif(not HAS_FUZZER, reason="atheris has wheels for x86_64 Linux alone")


@fuzzed
@pytest.mark.timeout(300)
def test_the_fuzzer_finds_a_defect_that_is_there() -> None:
    """By following branches: of four bytes that have to be right there are 2**32."""
    run = fuzz("planted", "-runs=500000", "-seed=1")

    assert run.crash is not None, run.said
    assert run.crash.startswith(b"open")


@fuzzed
@pytest.mark.timeout(300)
def test_codecs_tokens_tickets_lists_and_stored_bytes_take_whatever_comes() -> None:
    run = fuzz("all", "-runs=8000", "-seed=1")

    assert run.crash is None, run.said
    assert "Done 8000 runs" in run.said


@fuzzed
@pytest.mark.timeout(300)
def test_whatever_a_client_says_to_the_handler_is_answered_or_refused_and_harms_nobody() -> None:
    run = fuzz("lines", "-runs=1000", "-seed=1")

    assert run.crash is None, run.said
    assert "Done 1000 runs" in run.said


@pytest.mark.timeout(300)
def test_fuzzing_walks_through_the_api_as_well() -> None:
    """As `make fuzz` calls it, and within the time that it was given."""
    asked = ("-m", "tests.fuzz", "--minutes", "0.1", "rest")
    done = subprocess.run(
        [sys.executable, *asked], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    walked = dict(re.findall(r"^rest, (\w+), seed \d+: (\d+) requests", done.stdout, re.M))
    assert set(walked) == set(PHASES)
    assert all(int(requests) > 0 for requests in walked.values()), walked


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_seed_is_valid_and_breaks_nothing(name: str) -> None:
    """A seed that was refused at once would lead the fuzzer nowhere."""
    seeds = seeds_of(name)

    for seed in seeds:
        TARGETS[name](seed)

    assert seeds


def test_what_was_found_breaks_nothing_any_more() -> None:
    for path in sorted(FOUND.glob("*-*")):
        name, _, _ = path.name.partition("-")
        assert name in NAMES, path
        if name in TARGETS:
            TARGETS[name](path.read_bytes())


def test_every_conversation_that_was_found_harms_nobody_any_more(tmp_path: Path) -> None:
    lines = Lines(tmp_path)
    try:
        for data in (*seeds_of("lines")[:3], *(one.read_bytes() for one in FOUND.glob("lines-*"))):
            lines(data)
    finally:
        lines.close()
