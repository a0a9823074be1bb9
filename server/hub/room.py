"""A room as an actor: wishes queue up, are decided together, appended once, and shown.

One task owns the state. While an append is in flight new wishes wait; when it returns, all of
them are decided against the newest state and appended together: no timer, and a lone command
is never delayed. Somebody else's append (`Conflict`) only means to read on and decide again.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from protocol.commands import Command
from protocol.errors import ErrorCode
from protocol.ids import CommandId, ConnectionId, NodeId, ParticipantId, RoomId
from protocol.views import Window
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER, Actor
from server.core.attendance import attendance_of
from server.core.decide import Env, Rejected, Step, step
from server.core.orders import Order
from server.core.record import Record
from server.core.state import RoomState
from server.core.touched import Touched
from server.hub.alarms import Alarms
from server.hub.replica import Advance, Replica
from server.hub.settings import Committed, HubSettings, Stores, World
from server.hub.watcher import Watcher
from server.hub.watchers import Watchers
from server.store.interface import Conflict, Put, StoreError

log = logging.getLogger(__name__)

MAX_ROUNDS = 50
"""Lost races in a row after which a batch is given up as `overloaded`."""
CLOSE_BATCH = 500
"""Closed sockets that one order names."""
SERVER_RETRY_S = 1.0
"""How long the room waits before it repeats a step of its own that the store refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A wish that was granted: it is in the log, at this version at the latest."""

    version: int
    result: dict[str, Any] = field(default_factory=dict)


Outcome = Settled | Rejected
Alive = Callable[[], Awaitable[frozenset[NodeId]]]
"""Tells which nodes are alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    wish: Command | Order
    actor: Actor
    command_id: CommandId | None
    seed: bytes
    answer: asyncio.Future[Outcome]

    def settle(self, outcome: Outcome) -> None:
        if not self.answer.done():
            self.answer.set_result(outcome)


class Room:
    """One room of this node. `run` is its life; everything else may be called meanwhile."""

    def __init__(
        self,
        room: RoomId,
        stores: Stores,
        settings: HubSettings,
        world: World,
        alive: Alive,
        on_commit: Sequence[Committed] = (),
    ) -> None:
        """Make a room that is not loaded yet."""
        self.id = room
        self.replica = Replica(room, stores.journal)
        self.is_loaded = asyncio.Event()
        self.idle_since: float | None = world.monotonic()
        self._stores = stores
        self._settings = settings
        self._world = world
        self._alive = alive
        self._on_commit = on_commit
        self._asks: deque[_Ask] = deque()
        self._wake = asyncio.Event()
        self._shown = Watchers(self.replica, settings, world)
        self._closed: dict[ConnectionId, ParticipantId] = {}
        self._alarms = Alarms(self.replica.state)
        self._is_behind = False
        self._is_closing = False
        self._since_checkpoint = 0
        self._checkpoint_due = asyncio.Event()

    # --- what the edge calls ---------------------------------------------------------------

    @property
    def state(self) -> RoomState:
        """The state as this node knows it."""
        return self.replica.state

    @property
    def watchers(self) -> Iterable[Watcher]:
        """The connections of this node."""
        return self._shown.all()

    async def ask(
        self, wish: Command | Order, actor: Actor, command_id: CommandId | None = None
    ) -> Outcome:
        """Have a wish decided and, if granted, committed.

        Returns:
            `Settled` when it is in the log, `Rejected` when nothing has changed. `overloaded`
            and `restarting` mean: not carried out as far as we know; the same command id may
            be sent again and has an effect once.
        """
        if self._is_closing:
            return Rejected(code=ErrorCode.RESTARTING)
        if len(self._asks) >= self._settings.queue_limit:
            return Rejected(code=ErrorCode.OVERLOADED)
        ask = _Ask(
            wish=wish,
            actor=actor,
            command_id=command_id,
            seed=self._world.entropy(16),
            answer=asyncio.get_running_loop().create_future(),
        )
        self._asks.append(ask)
        self.idle_since = None
        self._wake.set()
        return await ask.answer

    def attach(self, watcher: Watcher) -> None:
        """Take a connection's outbox in, before its opening is asked for."""
        self._shown.attach(watcher)
        self.idle_since = None

    def detach(self, watcher: Watcher) -> None:
        """Let a connection go. Its closing is recorded as soon as the store takes it."""
        if self._shown.detach(watcher):
            self._closed[watcher.connection_id] = watcher.participant_id
            self._wake.set()

    def watch(self, watcher: Watcher, window: Window | None) -> None:
        """Let a connection look at a part of the tab, or (None) at nothing."""
        self._shown.watch(watcher, window)

    # --- life ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Load the room and serve it until cancelled.

        Raises:
            StoreError: the room cannot be loaded.
        """
        await self.replica.load()
        self._alarms = Alarms(self.state)
        self.reap(await self._alive())
        self.is_loaded.set()
        self._tell_committed(())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._serve(), name=f"room {self.id}: serve")
            tasks.create_task(self._shown.show(), name=f"room {self.id}: show")
            tasks.create_task(self._follow(), name=f"room {self.id}: follow")
            tasks.create_task(self._keep_checkpoints(), name=f"room {self.id}: checkpoints")

    async def _serve(self) -> None:
        while True:
            await self._wait_for_work()
            self._wake.clear()
            if self._is_behind:
                await self._catch_up()
            own = self._own_asks()
            batch = own + self._next_asks()
            if batch:
                await self._commit(batch)
            if self._asks:
                self._wake.set()
            self._note_idleness()

    def _next_asks(self) -> list[_Ask]:
        """Take the wishes that wait, but for those given up: nobody is there for the answer.

        An opening that was given up must not be decided behind its own closing, or it would
        leave somebody present without a socket.
        """
        count = min(len(self._asks), self._settings.batch_limit)
        asks = [self._asks.popleft() for _ in range(count)]
        return [ask for ask in asks if not ask.answer.cancelled()]

    async def _wait_for_work(self) -> None:
        """Sleep until something wakes us, or a moment that the state names has come."""
        next_at = self._alarms.next_at(self.state)
        timeout = 5.0
        if next_at is not None:
            # Short sleeps: a clock that is set forward must not delay what is due.
            timeout = max(0.0, min(timeout, (next_at - self._world.clock()) / 1000))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._wake.wait()

    def _own_asks(self) -> list[_Ask]:
        """Make the room's own wishes: closed sockets, and what the clock has brought."""
        wishes: list[Order] = []
        now = self._world.clock()
        next_at = self._alarms.next_at(self.state)
        if next_at is not None and next_at <= now:
            wishes.append(o.LookAtClock(participant_ids=self._alarms.due(now)))
        closed = [(who, one) for one, who in list(self._closed.items())[:CLOSE_BATCH]]
        if closed:
            wishes.append(o.CloseConnections(closed=tuple(closed)))
        if len(self._closed) > CLOSE_BATCH:
            self._wake.set()
        loop = asyncio.get_running_loop()
        return [
            _Ask(
                wish=wish,
                actor=SERVER,
                command_id=None,
                seed=self._world.entropy(16),
                answer=loop.create_future(),
            )
            for wish in wishes
        ]

    # --- deciding and committing -----------------------------------------------------------

    async def _commit(self, batch: list[_Ask]) -> None:
        for _ in range(MAX_ROUNDS):
            steps, draft, answers = self._decide(batch)
            if not steps:
                self._settle(batch, answers)
                return
            try:
                async with asyncio.timeout(self._settings.append_timeout_s):
                    position = await self._stores.journal.append(
                        self.id,
                        self.replica.position,
                        [record for _, record in steps],
                        puts=await self._puts(steps),
                        wake_at=self._wake_at(draft),
                    )
            except Conflict:
                await self._catch_up()
                continue
            except (StoreError, TimeoutError) as problem:
                await self._put_off(batch, problem)
                return
            self._adopt(steps, self.replica.follow(steps, draft, position))
            self._settle(batch, answers)
            return
        await self._put_off(batch, None)

    def _decide(
        self, batch: list[_Ask]
    ) -> tuple[list[Advance], RoomState, list[tuple[_Ask, Step]]]:
        """Decide every wish against the newest state, each after the one before it."""
        draft = self.state
        steps: list[Advance] = []
        answers: list[tuple[_Ask, Step]] = []
        for ask in batch:
            env = Env(
                room=self.id,
                now=self._world.clock(),
                seed=ask.seed,
                person_key=self._world.person_key,
            )
            try:
                step_ = step(draft, ask.wish, ask.actor, env, ask.command_id)
            except Exception:
                # A fault of ours in one wish must not take down the room of the others.
                log.exception("room %s: %s failed", self.id, type(ask.wish).__name__)
                ask.settle(Rejected(code=ErrorCode.INTERNAL))
                continue
            if step_.record is not None:
                steps.append((draft, step_.record))
            draft = step_.state
            answers.append((ask, step_))
        return steps, draft, answers

    def _settle(self, batch: list[_Ask], answers: list[tuple[_Ask, Step]]) -> None:
        version = self.replica.position.version
        for ask, step_ in answers:
            if step_.rejected is not None:
                ask.settle(step_.rejected)
            else:
                ask.settle(Settled(version=version, result=step_.result))
            if isinstance(ask.wish, o.CloseConnections):
                for _, connection_id in ask.wish.closed:
                    self._closed.pop(connection_id, None)
        for ask in batch:
            ask.settle(Rejected(code=ErrorCode.INTERNAL))

    async def _put_off(self, batch: list[_Ask], problem: BaseException | None) -> None:
        """Refuse a batch that the store did not take; the room's own steps come again.

        Whether the append has happened is not known, so the replica reads on first.
        """
        log.warning("room %s: append put off: %s", self.id, problem or "too many conflicts")
        self._is_behind = True
        for ask in batch:
            if isinstance(ask.wish, o.LookAtClock):
                self._alarms.put_back(self.state, ask.wish.participant_ids)
            ask.settle(Rejected(code=ErrorCode.OVERLOADED))
        await asyncio.sleep(SERVER_RETRY_S)
        self._wake.set()

    async def _puts(self, steps: list[Advance]) -> list[Put]:
        """List what is kept beside the log in the same append: the index, ended sessions."""
        puts: list[Put] = []
        for before, record in steps:
            for event in record.events:
                if isinstance(event, e.EntryCreated):
                    puts.append(Put(table="entry", key=self.id, value=b"1"))
                if isinstance(event, e.SessionCreated) and before.session is not None:
                    kept = attendance_of(before)
                    key = f"{self.id} {before.session.id}"
                    payload = await self._stores.attendance.pack(kept)
                    puts.append(Put(table="attendance", key=key, value=payload))
        return puts

    def _wake_at(self, draft: RoomState) -> int | None:
        """Say by when some node has to open this room, should this one die."""
        if draft.mails_due or len(draft.staff_here) or draft.places:
            return self._world.clock()
        return Alarms(draft).next_at(draft) if len(draft.participants) < 1000 else None

    async def _catch_up(self) -> None:
        try:
            caught_up = await self.replica.catch_up()
        except StoreError as problem:
            log.warning("room %s: cannot read on: %s", self.id, problem)
            self._is_behind = True
            await asyncio.sleep(SERVER_RETRY_S)
            self._wake.set()
            return
        self._is_behind = False
        if caught_up is None:
            self._alarms = Alarms(self.state)
            self._adopt((), Touched(everybody=True))
        elif caught_up.steps:
            self._adopt(caught_up.steps, caught_up.touched)

    # --- following what was committed ------------------------------------------------------

    def _adopt(self, steps: Sequence[Advance], touched: Touched) -> None:
        """Follow what was committed: alarms, connections, checkpoints, and whoever listens."""
        self._alarms.note(self.state, touched.participants)
        self._shown.follow(steps, touched)
        self._since_checkpoint += len(steps)
        # A checkpoint costs O(n), so a large room makes fewer: a constant part of each record.
        if self._since_checkpoint >= max(
            self._settings.checkpoint_every, len(self.state.participants)
        ):
            self._checkpoint_due.set()
        self._tell_committed(tuple(record for _, record in steps))

    def _tell_committed(self, records: tuple[Record, ...]) -> None:
        for tell in self._on_commit:
            tell(self.id, self.state, records)

    async def _follow(self) -> None:
        """Hear of other nodes' appends; compare with the head now and then, as hints get lost."""
        while True:
            async with self._stores.store.follow(self.id) as hints:
                iterator = aiter(hints)
                while True:
                    version = await self._next_hint(iterator)
                    if version is not None and version > self.replica.position.version:
                        self._is_behind = True
                        self._wake.set()

    async def _next_hint(self, hints: Any) -> int | None:
        try:
            async with asyncio.timeout(self._settings.head_check_s):
                return int(await anext(hints))
        except TimeoutError:
            pass
        try:
            head = await self._stores.store.head(self.id)
        except StoreError:
            return None
        if head.epoch != self.replica.position.epoch and head.version:
            self._is_behind = True
            self._wake.set()
        return head.version

    async def _keep_checkpoints(self) -> None:
        while True:
            await self._checkpoint_due.wait()
            self._checkpoint_due.clear()
            await self.save_checkpoint()

    async def save_checkpoint(self) -> None:
        """Save the state, so that opening the room stays quick; a failure is tried again later."""
        position, state, count = self.replica.position, self.state, self._since_checkpoint
        if count == 0:
            return
        try:
            await self._stores.journal.save(self.id, position, state)
        except StoreError as problem:
            log.warning("room %s: checkpoint put off: %s", self.id, problem)
            return
        self._since_checkpoint -= count

    # --- the end ---------------------------------------------------------------------------

    def _note_idleness(self) -> None:
        is_busy = self._shown or self._asks or self._closed or self.state.places
        if is_busy:
            self.idle_since = None
        elif self.idle_since is None:
            self.idle_since = self._world.monotonic()

    def reap(self, alive: frozenset[NodeId]) -> None:
        """Have the connections of nodes that are not alive recorded as closed.

        Cost: O(n) in the people of the session.
        """
        for participant in self.state.participants.values():
            for connection in participant.connections:
                if connection.node_id not in alive:
                    self._closed[connection.id] = participant.id
        if self._closed:
            self._wake.set()

    def stop(self) -> None:
        """Refuse new wishes, and settle those that wait: the server is restarting."""
        self._is_closing = True
        while self._asks:
            self._asks.popleft().settle(Rejected(code=ErrorCode.RESTARTING))
