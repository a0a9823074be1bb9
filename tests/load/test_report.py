import pytest

from load.report import percentile


@pytest.mark.parametrize(
    ("part", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1), (0.514, 51)]
)
def test_a_percentile_is_found_by_rank(part: float, value: float) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], part) == value


def test_the_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 0.99) == 7.0
