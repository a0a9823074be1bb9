"""Each failure carries its facts and says its sentence."""

import pytest

from protocol.errors import ErrorCode
from protocol.failures import Over, Refused, StillPending, TooManyPending, Unreachable
from protocol.messages import Problem


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (
            Refused(Problem.of(ErrorCode.ROOM_FULL)),
            "The room is full. Try again when somebody has left. (room_full)",
        ),
        (Over(), "this client is not connected any more and does not come back"),
        (
            Unreachable(3, ConnectionRefusedError(111)),
            "no connection in 3 attempts; the last one: ConnectionRefusedError(111)",
        ),
        (TooManyPending(7), "7 commands wait for their replies already"),
        (StillPending(), "another command with this id waits for its reply"),
    ],
)
def test_every_failure_says_what_happened(failure: Exception, sentence: str) -> None:
    assert str(failure) == sentence


def test_whoever_could_not_connect_ran_out_of_time() -> None:
    assert isinstance(Unreachable(1, None), TimeoutError)
