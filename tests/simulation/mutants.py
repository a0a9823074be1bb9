"""Proof that the simulation can fail: one line of the server is changed, and a seed has to show it.

`python -m tests.simulation.mutants` tries them all. Each is made in a copy of the source, so that
nothing here is ever changed, and run by a process of its own.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("protocol", "server", "tests/core", "tests/hub", "tests/simulation")
SEEDS = 100
"""Tried one after another, until one fails."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One line changed.

    Args:
        promise: what it breaks.
        path: of the file.
        line: as it stands, without its indentation; there is one such line.
        instead: what stands there then.
        seed: one that has shown it; others are tried when the simulation has changed since.
    """

    promise: str
    path: str
    line: str
    instead: str
    seed: int = 1


MUTANTS = (
    Mutant(
        "whoever is put out is disconnected within a second, at whichever node",
        "server/hub/news.py",
        "self._heard = max(self._heard, version)",
        "self._heard = 0",
    ),
    Mutant(
        "acknowledged means durable",
        "server/hub/room.py",
        "draft = drafted(self.state, batch, self._env)",
        "(draft := drafted(self.state, batch, self._env)).settle(self.replica.position.version)",
    ),
    Mutant(
        "a retry has no second effect",
        "server/core/decide.py",
        "known = _known(state, actor, command_id)",
        "known = _known(state, actor, None)",
        seed=12,
    ),
    Mutant(
        "replicas converge although hints are lost",
        "server/hub/news.py",
        "if head != self._replica.position:",
        "if head == self._replica.position:",
        seed=2,
    ),
    Mutant(
        "a replica is what the log says",
        "server/hub/replica.py",
        "self.roster.advance(after, found)",
        "self.roster.check",
    ),
    Mutant(
        "no use count is exceeded",
        "server/core/validity.py",
        "if link.max_uses is not None and link.uses >= link.max_uses:",
        "if link.max_uses is not None and link.uses > link.max_uses:",
        seed=2,
    ),
    Mutant(
        "nobody holds a right that nobody granted",
        "server/core/rules/people.py",
        "if command.role.rank > ctx.rank:",
        "if command.role.rank < 0:",
    ),
    Mutant(
        "a search follows the room that was read anew",
        "server/hub/watchers.py",
        "found.advance(self._replica.roster, touched)",
        "found.advance(found._roster, touched)",
        seed=58,
    ),
    Mutant(
        "deltas connect",
        "server/hub/cohort.py",
        "if missed == 1 and self._delta is not None:",
        "if missed >= 1 and self._delta is not None:",
    ),
    Mutant(
        "who comes back sees what there is",
        "server/hub/cohort.py",
        "is_current = watcher.resume is not None and watcher.resume == self.position",
        "is_current = watcher.resume is not None",
    ),
    Mutant(
        "frames go to those who are inside alone",
        "server/core/project.py",
        "if not participant.is_in or participant.kept_out:",
        "if participant.kept_out:",
    ),
    Mutant(
        "no ghost of a node that has died",
        "server/hub/leases.py",
        "if now < self._reap_until:",
        "if now > self._reap_until:",
    ),
    Mutant(
        "no ghost after the grace",
        "server/hub/duties.py",
        "self._alarms.note(self._replica.state, touched.participants)",
        "self._alarms.note(self._replica.state, ())",
    ),
    Mutant(
        "what was done is in the audit log",
        "server/hub/draft.py",
        "puts += await audit_puts(draft.lines, room, stores)",
        "puts += await audit_puts(draft.lines[1:], room, stores)",
    ),
    Mutant(
        "an opening that outlives its socket is closed",
        "server/hub/duties.py",
        "self._closings.follow(steps, self._is_gone)",
        "self._closings.follow((), self._is_gone)",
        seed=56,
    ),
)


def mutated(mutant: Mutant, folder: Path) -> None:
    """Copy the source, with one line changed.

    Raises:
        ValueError: there is not exactly one such line; the server has changed meanwhile.
    """
    for name in COPIED:
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "test_*.py")
        )
    path = folder / mutant.path
    text = path.read_text(encoding="utf-8")
    pattern = rf"(?m)^(\s*){re.escape(mutant.line)}$"
    changed, count = re.subn(pattern, lambda found: found[1] + mutant.instead, text)
    if count != 1:
        raise ValueError(f"{mutant.path} has {count} lines like {mutant.line!r}")
    path.write_text(changed, encoding="utf-8")


def caught(mutant: Mutant) -> str | None:
    """Run seeds against a mutant; what was found, or None when it got through."""
    return _found(mutant, str(mutant.seed)) or _found(mutant, f"1..{SEEDS}")


def _found(mutant: Mutant, seeds: str) -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        mutated(mutant, Path(folder))
        done = subprocess.run(
            [sys.executable, "-m", "tests.simulation", seeds],
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    found = re.search(r"^Seed \d+ fails.*$", done.stdout, re.M)
    if done.returncode and found is None:
        raise RuntimeError(done.stdout + done.stderr)
    if found is None:
        return None
    said = [
        line for line in done.stdout.splitlines() if re.match(r"[\w.]+(?:Error|Broken)\b", line)
    ]
    return f"{found[0]} {said[-1] if said else ''}"


def main() -> int:
    """Try them all; 1 when one gets through."""
    has_failed = False
    for mutant in MUTANTS:
        found = caught(mutant)
        has_failed |= found is None
        sys.stdout.write(f"{mutant.promise}: {(found or 'NOT CAUGHT')[:300]}\n")
        sys.stdout.flush()
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
