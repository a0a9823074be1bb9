"""A scenario run several times, each time from nothing: medians, and how far they lie apart."""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from load.report import spread

Found = Mapping[str, Any]


async def repeated(once: Callable[[], Awaitable[dict[str, Any]]], repeats: int) -> dict[str, Any]:
    """Run a scenario so many times; give one report as it gives it, of medians.

    Beside the figures it has `repeats`, and of more than one run `spreads`: the least and the most
    of each figure.

    Raises:
        LoadError: one of the runs cannot be made.
    """
    runs = [await once() for _ in range(repeats)]
    if repeats == 1:
        return {**runs[0], "repeats": 1}
    return {**merged(runs), "repeats": repeats, "spreads": _spreads(runs)}


def merged(runs: Sequence[Any]) -> Any:
    """Give the median of every figure, wherever it stands; what is no figure is the first run's.

    Example:
        >>> merged([{"a": 1, "b": [1.0, 9]}, {"a": 3, "b": [2.0, 7]}, {"a": 2, "b": [6.0, 8]}])
        {'a': 2, 'b': [2.0, 8]}
    """
    first = runs[0]
    if isinstance(first, Mapping):
        # A part that one run has and another has not (somebody was refused) has no median.
        return {key: merged([run[key] for run in runs]) for key in first if _is_in(key, runs)}
    if isinstance(first, list) and len({len(run) for run in runs}) == 1:
        return [merged(same) for same in zip(*runs, strict=True)]
    if isinstance(first, bool):
        return all(runs)
    if isinstance(first, int | float):
        return statistics.median(runs)
    return first


def _is_in(key: str, runs: Sequence[Found]) -> bool:
    return all(key in run for run in runs)


def _spreads(runs: Sequence[Found], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in runs[0].items():
        if not _is_in(key, runs):
            continue
        values = [run[key] for run in runs]
        if isinstance(value, Mapping):
            found |= _spreads(values, f"{before}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[f"{before}{key}"] = spread(values)
    return found
