"""The contracts between the floors, as pyproject.toml states them."""

import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS: list[str] = [each["id"] for each in PYPROJECT["tool"]["importlinter"]["contracts"]]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_import_keeps_the_contract(
    contract: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The linter finds the packages from the folder in which it is started.
    monkeypatch.chdir(ROOT)
    status = lint_imports("pyproject.toml", (contract,), no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out
