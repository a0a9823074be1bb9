"""A bounded walk through our own description; `make fuzz` goes on. See `tests/fuzz/rest.py`."""

import pytest

from tests.fuzz.rest import PHASES, walk

EXAMPLES = {"fuzzing": "2", "stateful": "12"}
LEAST = {"fuzzing": 25, "stateful": 4}
"""Operations that have to be carried out at least once: a walk among refusals shows little."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("phase", sorted(PHASES))
async def test_no_request_drawn_from_the_description_is_a_fault_of_ours(phase: str) -> None:
    walked = await walk(phase, "--seed", "1", "--max-examples", EXAMPLES[phase], *PHASES[phase])

    assert walked.is_good, (walked.faults, walked.said)
    assert len(walked.done) >= LEAST[phase], sorted(walked.done)


async def test_a_fault_that_was_planted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("server.edge.attendance.attendance_json", broken)
    options = ("--include-path", "/sessions/{session_id}/attendance", "--max-examples", "5")
    walked = await walk("fuzzing", "--seed", "1", *options)

    assert not walked.is_good, walked.said
    assert any(line.endswith(" 500") or " 500 " in line for line in walked.faults), walked.faults
    assert "Server error" in walked.said
