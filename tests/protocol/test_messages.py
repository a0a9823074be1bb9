"""What travels, beside what the codec's tests say: problems and positions."""

import pytest
from pydantic import ValidationError

from protocol.errors import REFUSALS, ErrorCode
from protocol.messages import Hello, Position, Problem
from protocol.version import WIRE_VERSION


@pytest.mark.parametrize("code", ErrorCode)
def test_a_problem_is_made_from_the_table(code: ErrorCode) -> None:
    problem = Problem.of(code, retry_after_ms=5, where="x")
    refusal = REFUSALS[code]
    assert (problem.sentence, problem.again) == (refusal.sentence, refusal.again)
    assert (problem.retry_after_ms, problem.where) == (5, "x")


def test_a_message_cannot_be_changed() -> None:
    hello = Hello(wire_version=WIRE_VERSION)
    with pytest.raises(ValidationError, match="frozen"):
        hello.wire_version = 2  # type: ignore[misc]


def test_positions_compare_by_epoch_and_version() -> None:
    assert Position(epoch="a", version=1) == Position(epoch="a", version=1)
    assert Position(epoch="a", version=1) != Position(epoch="b", version=1)
