"""Run seeds: `python -m tests.simulation 1..300`. The first that fails is told, with its story."""

import argparse
import gc
import logging
import os
import sys
import time
import traceback

from tests.simulation.world import Result, simulated


def main() -> int:
    """Run what was asked for; 1 when a seed fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seeds", help="one seed, or the first and the last: 1..300")
    parser.add_argument("--trace", action="store_true", help="tell the digest of each run")
    asked = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets of words is part of what a seed repeats.
        os.environ["PYTHONHASHSEED"] = "0"
        again = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execv(sys.executable, again)  # noqa: S606 - itself
    logging.getLogger("server").setLevel(logging.ERROR)
    logging.getLogger("server").propagate = False
    # What is left of a node that was killed is collected without a word.
    sys.unraisablehook = lambda _: None
    first, _, last = asked.seeds.partition("..")
    return run(range(int(first), int(last or first) + 1), is_traced=asked.trace)


def run(seeds: range, *, is_traced: bool) -> int:
    """Run seeds one after another, up to the first that fails."""
    began = time.monotonic()
    # Only between seeds, and not what was loaded: a run must not depend on when that happens.
    gc.disable()
    gc.freeze()
    steps = records = shown = 0
    for seed in seeds:
        result = simulated(seed)
        steps, records, shown = steps + result.steps, records + result.records, shown + result.shown
        if is_traced:
            sys.stdout.write(f"{seed} {result.trace}\n")
        if result.problem is not None:
            tell(result)
            return 1
        gc.collect()
    took_s = time.monotonic() - began
    sys.stdout.write(
        f"{len(seeds)} seeds held in {took_s:.1f} s: {steps} steps, {records} records, "
        f"{shown} views compared\n"
    )
    return 0


def tell(result: Result) -> None:
    """Say what failed, and how to see it again."""
    assert result.problem is not None
    story = "".join(traceback.format_exception(result.problem))
    sys.stdout.write(
        f"{story}\nSeed {result.seed} fails after {result.at_s:.3f} s and {result.steps} steps "
        f"(trace {result.trace}).\nAgain: make simulate SEEDS={result.seed}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
