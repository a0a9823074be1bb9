"""How a node's appends go, as figures for operators."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Counts of one process since its start.

    Args:
        appends: batches that are in the log.
        records: records in them.
        conflicts: batches that were decided anew, because another node had appended first.
        put_off: batches that the store did not take.
    """

    appends: int = 0
    records: int = 0
    conflicts: int = 0
    put_off: int = 0
