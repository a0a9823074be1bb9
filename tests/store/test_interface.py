import inspect

import pytest

from protocol.ids import RoomId
from server.store import interface
from server.store.interface import START, Conflict, Position, Store, StoreError
from server.store.sqlite import SqliteStore


def test_a_conflict_says_where_the_head_is() -> None:
    conflict = Conflict(RoomId("e_1"), Position("abc", 7))
    assert str(conflict) == "the log of e_1 is at version 7"
    assert (conflict.room, conflict.head) == ("e_1", Position("abc", 7))


def test_every_error_is_a_store_error() -> None:
    kinds = [
        each
        for each in vars(interface).values()
        if isinstance(each, type) and issubclass(each, Exception)
    ]
    assert len(kinds) == 7
    assert all(issubclass(each, StoreError) for each in kinds)


def test_the_start_is_before_every_version() -> None:
    assert (START.epoch, START.version) == ("", 0)


@pytest.mark.parametrize("adapter", [SqliteStore])
def test_an_adapter_takes_the_arguments_of_the_interface(adapter: type) -> None:
    for name, method in inspect.getmembers(Store, inspect.isfunction):
        if not name.startswith("_"):
            theirs = inspect.signature(method).parameters
            own = inspect.signature(getattr(adapter, name)).parameters
            assert list(own.values()) == list(theirs.values()), name
