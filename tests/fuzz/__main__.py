"""Fuzz: `python -m tests.fuzz [--minutes N] [TARGET …]`, all targets one after another if none.

What atheris finds is written into `found/`, where a test tries it again from then on. Target
`rest` is a walk of schemathesis through our OpenAPI document, which tells the request that broke
something, and the seed that leads to it again.
"""

import argparse
import asyncio
import hashlib
import os
import re
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.rest import PHASES, walk
from tests.fuzz.seeds import seeds_of, seeds_of_all
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
FOUND = Path(__file__).parent / "found"
REST = "rest"
NAMES = (*TARGETS, "lines", REST)
SLOW_S = 20
"""One input that takes longer is a finding as well."""
LIMITS = (f"-timeout={SLOW_S}", "-rss_limit_mb=2048", "-max_len=16384", "-print_final_stats=1")


@dataclass(frozen=True, slots=True)
class Run:
    """What came of fuzzing one target: what libFuzzer said, and the input that broke it."""

    said: str
    crash: bytes | None


def fuzz(name: str, *options: str) -> Run:
    """Fuzz a target in a process of its own, within the bounds that are given as options."""
    with tempfile.TemporaryDirectory(prefix="usher-fuzz-") as folder:
        for part in ("new", "seeds", "crash"):
            (Path(folder) / part).mkdir()
        seeds = seeds_of_all() if name == "all" else seeds_of(name)
        for number, seed in enumerate(seeds):
            (Path(folder) / "seeds" / str(number)).write_bytes(seed)
        asked = (name, folder, *LIMITS, f"-artifact_prefix={folder}/crash/", *options)
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.run", *asked],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        crashes = sorted((Path(folder) / "crash").iterdir())
        crash = crashes[0].read_bytes() if crashes else None
    said = done.stdout.decode(errors="replace")
    if done.returncode and crash is None:
        raise RuntimeError(f"fuzzing {name} did not work:\n{said[-4000:]}")
    return Run(said, crash)


def main() -> int:
    """Fuzz what was asked for; 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="in all (5)")
    parser.add_argument("targets", nargs="*", choices=[*NAMES, []], help="all if none is named")
    asked = parser.parse_args()
    names = asked.targets or NAMES
    each_s = max(1, round(60 * asked.minutes / len(names)))
    found = [name for name in names if not (_walk if name == REST else _follow)(name, each_s)]
    return 1 if found else 0


def _follow(name: str, seconds: int) -> bool:
    """Have atheris fuzz a target for so long; False, and the input is kept, when it broke."""
    run = fuzz(name, f"-max_total_time={seconds}")
    sys.stdout.write(f"{name}: {_told(run.said)}\n")
    if run.crash is None:
        return True
    path = FOUND / f"{name}-{hashlib.sha256(run.crash).hexdigest()[:12]}"
    path.write_bytes(run.crash)
    sys.stdout.write(f"{run.said[-4000:]}\nThe input is {path.relative_to(ROOT)}\n")
    return False


def _walk(name: str, seconds: int) -> bool:
    """Have schemathesis walk for so long; False when an answer was not as described."""
    is_good = True
    for phase, options in PHASES.items():
        seed = str(secrets.randbelow(2**31))
        bounds = ("--max-time", str(max(1, seconds // len(PHASES))), "--seed", seed)
        walked = asyncio.run(walk(phase, *bounds, *options))
        told = f"{walked.asked} requests, {len(walked.done)} operations carried out"
        sys.stdout.write(f"{name}, {phase}, seed {seed}: {told}\n")
        if not walked.is_good:
            is_good = False
            sys.stdout.write("\n".join((walked.said[-4000:], *walked.faults, "")))
    return is_good


def _told(said: str) -> str:
    runs = re.findall(r"stat::number_of_executed_units: (\d+)", said)
    branches = re.findall(r"cov: (\d+)", said)
    return f"{(runs or ['no'])[-1]} inputs, {(branches or ['no'])[-1]} branches"


if __name__ == "__main__":
    sys.exit(main())
