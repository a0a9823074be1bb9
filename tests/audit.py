"""Look what is locked through for known faults: `make audit`, with pip-audit and npm audit.

Both ask registries, and both can end as if all were well though they were told nothing: pip-audit
passes over what its registry does not know. So their answers are read, and what was not looked
through is said. Ends with 1 when a fault is known, with 2 when not all was looked through.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
LIMIT_S = 300
ELSEWHERE = """\
Not everything was looked through: the data could not be reached from here. Run this where they
can be; or give the list of all parts (`make sbom > usher.cdx.json`) to a scanner that has data of
its own, as SECURITY.md says under Dependencies."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking one lock file through.

    Args:
        parts: how many were looked through.
        known: faults that are known of them, a line each.
        unknown: what could not be looked through, or why nothing could.
    """

    parts: int = 0
    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def of_pip(said: str) -> Looked:
    """Read what `pip-audit --format json` has said."""
    try:
        found = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Looked(unknown=("pip-audit gave no answer",))
    known = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no release yet'}"
        for one in found
        for fault in one.get("vulns", ())
    ]
    skipped = tuple(one["name"] for one in found if "skip_reason" in one)
    return Looked(len(found) - len(skipped), tuple(known), skipped)


def of_npm(said: str) -> Looked:
    """Read what `npm audit --json` has said."""
    try:
        found: dict[str, Any] = json.loads(said)
        parts = int(found["metadata"]["dependencies"]["total"])
        faults = found["vulnerabilities"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        return Looked(unknown=("npm audit gave no answer",))
    return Looked(parts, tuple(f"{name}: {one['severity']}" for name, one in faults))


def answered(*command: str, folder: Path = ROOT) -> str:
    """Run a command and give what it printed; nothing when it cannot be run or does not end."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=LIMIT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def told(all_looked: dict[str, Looked]) -> tuple[int, list[str]]:
    """Say how it ends, and in which words."""
    lines = []
    for name, looked in all_looked.items():
        lines.append(f"{name}: {looked.parts} looked through, {len(looked.known)} faults known")
        lines += [f"  {one}" for one in looked.known]
        if looked.unknown:
            lines.append(f"  not looked through: {', '.join(looked.unknown)}")
    is_whole = not any(one.unknown for one in all_looked.values())
    if not is_whole:
        lines.append(ELSEWHERE)
    if any(one.known for one in all_looked.values()):
        return 1, lines
    return (0 if is_whole else 2), lines


def main(pip_audit: str, npm: Sequence[str] = ("npm",), web: Path = ROOT / "web") -> int:
    """Look everything through, and print what was found."""
    options = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off")
    looked = {lock: of_pip(answered(pip_audit, "-r", lock, *options)) for lock in LOCKS}
    looked["web/package-lock.json"] = of_npm(answered(*npm, "audit", "--json", folder=web))
    status, lines = told(looked)
    sys.stdout.write("\n".join((*lines, "")))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
