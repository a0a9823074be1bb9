"""Chance that repeats itself: each part of a run draws from a source of its own."""

from random import Random  # noqa: TID251 - chance from a seed is what a simulation is about

__all__ = ["Random", "seeded"]


def seeded(*words: object) -> Random:
    """Make the source of chance of a seed and a part of its run.

    Example:
        >>> seeded(1, "Gus").random() == seeded(1, "Gus").random()
        True
    """
    return Random(" ".join(map(str, words)))  # noqa: S311 - nothing here is secret
