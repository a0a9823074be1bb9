"""Two runs of the standard set, row by row: whether they agree within the noise they state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from load.table import Row, rows_of

Found = Mapping[str, Any]
SLACK = 0.05
"""Of a figure, beyond its noise: a value that was taken once has none of its own."""


@dataclass(frozen=True, slots=True)
class Both:
    """One row of two runs."""

    one: Row
    other: Row

    @property
    def work(self) -> str:
        """What was measured."""
        return self.one.work

    @property
    def agrees(self) -> bool:
        """Say whether single repetitions of the two lie no further apart than within each."""
        (low, high), (other_low, other_high) = self.one.reach, self.other.reach
        return low * (1 - SLACK) <= other_high * (1 + SLACK) and other_low * (1 - SLACK) <= high * (
            1 + SLACK
        )


def compared(one: Found, other: Found) -> list[Both]:
    """Put rows beside each other that both runs have measured."""
    others = {row.work: row for row in rows_of(other) if row.value is not None}
    return [
        Both(row, others[row.work])
        for row in rows_of(one)
        if row.value is not None and row.work in others
    ]


def agreement(rows: Sequence[Both]) -> str:
    """Set it as Markdown."""
    lines = [
        "| work | target | first run | second run | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        verdicts = list(dict.fromkeys((row.one.verdict, row.other.verdict)))
        said = " / ".join(verdicts) + ("" if row.agrees else ", and they do not agree")
        cells = (row.work, f"≤ {row.one.most:g} {row.one.unit}", _told(row.one), _told(row.other))
        lines.append(f"| {' | '.join(cells)} | {said} |")
    return "\n".join(lines)


def _told(row: Row) -> str:
    low, high = row.reach
    return f"{row.value:.3g} ({low:.3g} to {high:.3g})"
