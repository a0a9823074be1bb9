"""Windows are bounded and begin with what the tab shows at first."""

import pytest
from pydantic import ValidationError

from protocol.roles import Group
from protocol.views import MAX_ROWS, Range, Window


def test_a_window_begins_with_every_group_but_the_ledger() -> None:
    assert set(Window().groups) == set(Group) - {Group.INVITED}


def test_a_window_of_one_is_not_the_window_of_another() -> None:
    assert Window().groups is not Window().groups


@pytest.mark.parametrize(("first", "count"), [(-1, 1), (0, -1), (0, MAX_ROWS + 1), (10**7 + 1, 1)])
def test_a_range_is_bounded(first: int, count: int) -> None:
    with pytest.raises(ValidationError):
        Range(first=first, count=count)


def test_a_search_is_bounded() -> None:
    with pytest.raises(ValidationError):
        Window(search="x" * 101)
