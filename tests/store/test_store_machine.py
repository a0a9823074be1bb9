"""Any history of calls: an adapter and a model that fits on a page say the same."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from protocol.ids import RoomId
from server.store.interface import START, Checkpoint, Conflict, Position, PositionLost, Put, Store
from tests.store.adapters import Adapter

ROOMS = st.sampled_from([RoomId("e_1"), RoomId("e_2"), RoomId("e_3")])
KEYS = st.sampled_from(["a", "b", "c", "d"])
PAYLOADS = st.lists(st.binary(max_size=40), max_size=5)
PUTS = st.builds(
    Put,
    table=st.sampled_from(["t", "u"]),
    key=KEYS,
    value=st.none() | st.binary(max_size=8),
    expires_at=st.none() | st.integers(0, 50),
)
CAREFUL_PUTS = st.builds(
    Put,
    table=st.just("t"),
    key=KEYS,
    value=st.binary(max_size=8),
    expires_at=st.none() | st.integers(0, 50),
    if_absent=st.booleans(),
)


@dataclass
class Log:
    epoch: str
    payloads: list[bytes] = field(default_factory=list)
    trimmed: int = 0
    wake_at: int | None = None
    checkpoint: Checkpoint | None = None

    @property
    def head(self) -> Position:
        return Position(self.epoch, len(self.payloads))


class StoreMachine(RuleBasedStateMachine):
    """The model: a list of payloads per room, and a dict of values."""

    adapter: Adapter

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.logs: dict[RoomId, Log] = {}
        self.values: dict[tuple[str, str], tuple[bytes, int | None]] = {}
        self.now = 0

    @initialize()
    def open(self) -> None:
        self.stack = AsyncExitStack()
        self.store: Store = self.run(
            self.stack.enter_async_context(self.adapter.open(Path(self.folder.name)))
        )

    def run(self, call: Any) -> Any:
        return self.runner.run(call)

    @rule()
    def reopen(self) -> None:
        self.run(self.stack.aclose())
        self.open()

    @rule(
        room=ROOMS,
        payloads=PAYLOADS,
        puts=st.lists(PUTS, max_size=2),
        wake_at=st.none() | st.integers(0, 50),
    )
    def append(
        self, room: RoomId, payloads: list[bytes], puts: list[Put], wake_at: int | None
    ) -> None:
        log = self.logs.get(room)
        expected = log.head if log else START
        if not payloads and log is None:
            return
        position = self.run(self.store.append(room, expected, payloads, puts=puts, wake_at=wake_at))
        log = self.logs.setdefault(room, Log(position.epoch))
        log.payloads += payloads
        log.wake_at = wake_at
        assert position == log.head
        self._put(puts)

    @rule(room=ROOMS, version=st.integers(0, 30), is_same_epoch=st.booleans())
    def append_elsewhere(self, room: RoomId, version: int, is_same_epoch: bool) -> None:
        log = self.logs.get(room)
        head = log.head if log else START
        expected = Position(head.epoch if is_same_epoch else "another", version)
        if expected == head:
            return
        with pytest.raises(Conflict) as conflict:
            self.run(self.store.append(room, expected, [b"no"]))
        assert conflict.value.head == head

    @rule(room=ROOMS, version=st.integers(0, 30), limit=st.integers(1, 10))
    def read(self, room: RoomId, version: int, limit: int) -> None:
        log = self.logs.get(room)
        after = Position(log.epoch if log else "lost", version)
        if log is None or not log.trimmed <= version <= log.head.version:
            with pytest.raises(PositionLost):
                self.run(self.store.read(room, after, limit))
            return
        page = self.run(self.store.read(room, after, limit))
        assert list(page.payloads) == log.payloads[version : version + limit]
        assert page.position == Position(log.epoch, version + len(page.payloads))
        assert page.head == log.head

    @rule(room=ROOMS, version=st.integers(0, 30), payload=st.binary(max_size=20))
    def save_checkpoint(self, room: RoomId, version: int, payload: bytes) -> None:
        log = self.logs.get(room)
        checkpoint = Checkpoint(Position(log.epoch if log else "lost", version), payload)
        if log is None or version > log.head.version:
            with pytest.raises(PositionLost):
                self.run(self.store.save_checkpoint(room, checkpoint))
            return
        self.run(self.store.save_checkpoint(room, checkpoint))
        if log.checkpoint is None or log.checkpoint.position.version < version:
            log.checkpoint = checkpoint

    @rule(room=ROOMS, version=st.integers(0, 30))
    def trim(self, room: RoomId, version: int) -> None:
        log = self.logs.get(room)
        if log is None:
            with pytest.raises(PositionLost):
                self.run(self.store.trim(room, Position("lost", version)))
            return
        self.run(self.store.trim(room, Position(log.epoch, version)))
        kept = log.checkpoint.position.version if log.checkpoint else 0
        log.trimmed = max(log.trimmed, min(version, kept))

    @rule(puts=st.lists(CAREFUL_PUTS, max_size=3))
    def put(self, puts: list[Put]) -> None:
        before = dict(self.values)
        is_put = True
        for each in puts:
            if each.if_absent and self._is_live(("t", each.key)):
                is_put = False
                break
            self._put([each])
        if not is_put:
            self.values = before
        assert self.run(self.store.put(puts, self.now)) is is_put

    @precondition(lambda self: self.now < 50)
    @rule(by=st.integers(1, 20))
    def let_time_pass(self, by: int) -> None:
        self.now += by

    @rule()
    def sweep(self) -> None:
        gone = [key for key in self.values if not self._is_live(key)]
        assert self.run(self.store.sweep(self.now)) == len(gone)
        for key in gone:
            del self.values[key]

    @invariant()
    def logs_are_as_the_model_says(self) -> None:
        if not hasattr(self, "store"):
            return
        for room, log in self.logs.items():
            page = self.run(self.store.read(room, START))
            assert list(page.payloads) == log.payloads[log.trimmed :]
            assert page.position == page.head == log.head
            assert self.run(self.store.load_checkpoint(room)) == log.checkpoint
            kept = log.checkpoint.position if log.checkpoint else None
            assert self.run(self.store.saved(room)) == kept
        due = sorted(
            (log.wake_at, room)
            for room, log in self.logs.items()
            if log.wake_at is not None and log.wake_at <= self.now
        )
        assert self.run(self.store.due(self.now)) == [room for _, room in due]

    @invariant()
    def values_are_as_the_model_says(self) -> None:
        if not hasattr(self, "store"):
            return
        for table in ("t", "u"):
            live = {
                key: value
                for (each, key), (value, _) in sorted(self.values.items())
                if each == table and self._is_live((table, key))
            }
            assert self.run(self.store.scan(table, self.now)) == list(live.items())
            assert self.run(self.store.get_many(table, ["a", "b", "c", "d"], self.now)) == live

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    def _is_live(self, key: tuple[str, str]) -> bool:
        if key not in self.values:
            return False
        expires_at = self.values[key][1]
        return expires_at is None or expires_at > self.now

    def _put(self, puts: list[Put]) -> None:
        for each in puts:
            if each.value is None:
                self.values.pop((each.table, each.key), None)
            else:
                self.values[each.table, each.key] = (each.value, each.expires_at)


def test_every_adapter_has_the_history_of_the_model(adapter: Adapter) -> None:
    machine = type("Machine", (StoreMachine,), {"adapter": adapter})
    run_state_machine_as_test(
        machine,
        settings=settings(
            # Valkey is asked for what differs from Redis; the logic is tried on that.
            max_examples=8 if adapter.name.startswith("valkey") else 30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
