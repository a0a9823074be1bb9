"""The simulation can fail: one line changed is found. See `mutants.py`."""

import pytest

from tests.simulation.mutants import MUTANTS, Mutant, caught


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.promise)
def test_one_line_changed_is_found(mutant: Mutant) -> None:
    assert caught(mutant), f"{mutant.path}: {mutant.instead}"
