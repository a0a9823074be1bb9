"""Which fields an audience sees: what their marks say, and nothing else."""

import pytest

from protocol.model import Wire
from protocol.privacy import Seen, marks
from protocol.views import Counts, LedgerRow, Row
from server.core.audience import Audience, hidden_fields
from tests.core.seen import AUDIENCES

ALL = Audience.STAFF | Audience.INVITERS


@pytest.mark.parametrize("model", [Row, LedgerRow, Counts])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_fields_left_out_are_those_whose_marks_say_so(
    model: type[Wire], audience: Audience
) -> None:
    for name, mark in marks(model).items():
        is_hidden = name in hidden_fields(model, audience)
        assert is_hidden is not audience.sees(mark)


@pytest.mark.parametrize(
    ("audience", "sees"),
    [
        (Audience.ROOM, {Seen.ALL}),
        (Audience.STAFF, {Seen.ALL, Seen.STAFF}),
        (Audience.INVITERS, {Seen.ALL, Seen.INVITERS}),
        (ALL, {Seen.ALL, Seen.STAFF, Seen.INVITERS}),
    ],
)
def test_an_audience_sees_these_marks(audience: Audience, sees: set[Seen]) -> None:
    assert {mark for mark in Seen if audience.sees(mark)} == sees
