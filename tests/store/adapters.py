"""The adapters that have to behave alike.

How a second adapter joins: add a line to `ADAPTERS`. `open` gets an empty folder of the test
and gives a store; opened again with the same folder it has to find what was there. Every test
in `test_conformance.py`, `test_conformance_values.py` and `test_store_machine.py` then runs
against it, unchanged, and so do those of the journal and the sealing.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from server.store.interface import Store
from server.store.sqlite import SqliteStore


@dataclass(frozen=True, slots=True)
class Adapter:
    name: str
    open: Callable[[Path], AbstractAsyncContextManager[Store]]


def sqlite(folder: Path) -> AbstractAsyncContextManager[Store]:
    return SqliteStore.open(folder / "usher.db")


ADAPTERS = (Adapter("sqlite", sqlite),)
