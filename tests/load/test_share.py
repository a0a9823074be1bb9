"""A process that is given a part of a core has it until it is let go, or we are told why not."""

import subprocess
import sys
from pathlib import Path

import pytest

from load.process import LoadError
from load.share import shared

ASLEEP = (sys.executable, "-c", "import time; print(flush=True); time.sleep(60)")


def groups_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cgroup").read_text(encoding="ascii")


def test_a_process_is_in_a_group_of_its_own_for_so_long() -> None:
    why = ""
    with subprocess.Popen(ASLEEP, stdout=subprocess.PIPE) as process:
        before = groups_of(process.pid)
        try:
            with shared(process.pid, 0.5):
                assert "usher-load-" in groups_of(process.pid)
        except LoadError as told:
            why = str(told)
        finally:
            assert groups_of(process.pid) == before
            process.kill()
    # A system that lets nobody do so is told of, and the run does not go on without.
    assert not why or "no part of a core" in why


def test_a_process_that_has_ended_gets_none() -> None:
    with subprocess.Popen(ASLEEP) as process:
        process.kill()
    with pytest.raises(LoadError, match="no part of a core"), shared(process.pid, 0.5):
        pass
