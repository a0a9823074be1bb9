"""Repetitions, for as long as there is time."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Turns:
    """How often something is repeated.

    Args:
        repeats: at most; whatever the time, there is one.
        ends_at: by `time.monotonic`, after which no other is begun; None: no matter when.
        so_far: what a scenario would tell if it ended now; of use where it is given up.
    """

    repeats: int
    ends_at: float | None = None
    so_far: dict[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[int]:
        """Number them from 0."""
        for number in range(self.repeats):
            if number and self.ends_at is not None and time.monotonic() >= self.ends_at:
                return
            yield number

    def left_s(self, part: float) -> float | None:
        """Say how long a part of the time that is left now is; None: as long as it takes."""
        if self.ends_at is None:
            return None
        return max(0.0, part * (self.ends_at - time.monotonic()))
