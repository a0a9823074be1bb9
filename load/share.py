"""A part of a core for a process, as if it were on a small machine of its own.

Nodes that share two cores say little of nodes that do not. Given the same small part of a core
each, however many there are, they say what so many machines of that size do together.

Source: cgroups(7); CPU bandwidth control of the kernel's scheduler, in version 1 of control groups
(`cpu.cfs_quota_us`) and in version 2 (`cpu.max`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from load.process import LoadError

GROUPS = Path("/sys/fs/cgroup")
PERIOD_US = 10_000
"""Short, so that a process whose part is used up waits for milliseconds."""
LEAST = 0.1
"""The kernel gives no less than a millisecond of such a period."""


@contextmanager
def shared(pid: int, part: float) -> Iterator[None]:
    """Let a process have this part of a core, and no more, until it is let go.

    Args:
        part: of one core, from `LEAST`.

    Raises:
        LoadError: the system does not let us.
    """
    is_first = (GROUPS / "cpu").is_dir()
    parent = GROUPS / "cpu" if is_first else GROUPS
    folder = parent / f"usher-load-{os.getpid()}-{pid}"
    quota = round(part * PERIOD_US)
    try:
        folder.mkdir()
        try:
            if is_first:
                (folder / "cpu.cfs_period_us").write_text(str(PERIOD_US), encoding="ascii")
                (folder / "cpu.cfs_quota_us").write_text(str(quota), encoding="ascii")
            else:
                (folder / "cpu.max").write_text(f"{quota} {PERIOD_US}", encoding="ascii")
            (folder / "cgroup.procs").write_text(str(pid), encoding="ascii")
        except OSError:
            folder.rmdir()
            raise
    except OSError as fault:
        raise LoadError(f"no part of a core can be given to a process here: {fault}") from fault
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # It may have ended.
            (parent / "cgroup.procs").write_text(str(pid), encoding="ascii")
        folder.rmdir()
