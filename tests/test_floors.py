"""The contracts between the floors, as pyproject.toml states them."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS: list[str] = [each["id"] for each in PYPROJECT["tool"]["importlinter"]["contracts"]]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_import_keeps_the_contract(contract: str) -> None:
    # In a process of its own: the linter silences every logger, also those that other tests read.
    linter = str(Path(sys.executable).with_name("lint-imports"))
    command = [linter, "--no-cache", "--no-logo", "--contract", contract]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
