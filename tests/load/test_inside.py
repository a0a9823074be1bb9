"""A replica without a server: who came by the rules is there, and nobody else."""

from load.inside.replica import filled


def test_everybody_who_comes_is_in_the_replica() -> None:
    found = filled(1_500)
    assert found["people"] == 1_500
    for figure in ("cpu_us_per_arrival_first", "cpu_us_per_change", "cpu_us_look"):
        assert found[figure] > 0
    # A view of fifty rows shrinks; whether a step does, is told as it is.
    view = found["compression"]["first view"]
    assert view["compressed"] < view["bytes"]
    assert found["compression"]["change"]["bytes"] > 0
