"""Set-ups that are broken on purpose, and what `usher doctor` has found in one."""

from pathlib import Path

from server.cli.doctor import examined
from server.cli.findings import FAULT, Finding


async def found(folder: Path, check: str, **env: str) -> list[Finding]:
    """Look at a set-up; give what one check has found."""
    made = await examined({"USHER_DATA": str(folder / "data"), "PORT": "0"} | env)
    return [one for one in made if one.check == check]


async def the_fault(folder: Path, check: str, cure: str, **env: str) -> Finding:
    """Find the one fault of a check; its cure has to say so much."""
    [one] = await found(folder, check, **env)
    assert one.state == FAULT, one
    assert cure in one.cure
    return one
