"""A room as an actor: wishes queue up, are decided together, appended once, and shown.

One task owns the state. While an append is in flight new wishes wait; when it returns, all of
them are decided against the newest state and appended together: no timer, and a lone command
is never delayed. Somebody else's append (`Conflict`) only means to read on and decide again.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from protocol.commands import Command
from protocol.errors import ErrorCode
from protocol.ids import CommandId, NodeId, RoomId
from protocol.views import Window
from server.core import orders as o
from server.core.actors import SERVER, Actor
from server.core.decide import Env, Rejected
from server.core.orders import Order
from server.core.record import Record
from server.core.state import Connection, RoomState
from server.core.touched import Touched
from server.hub.alarms import AT_ONCE, Alarms
from server.hub.asks import Ask, Asks, Outcome, Settled
from server.hub.checkpoints import Checkpoints
from server.hub.closings import Closings
from server.hub.draft import Draft, drafted, puts_of, wake_at
from server.hub.leases import Leases
from server.hub.listeners import Listeners, Tell
from server.hub.news import News
from server.hub.replica import Advance, Replica
from server.hub.settings import Committed, HubSettings, Stores, World
from server.hub.tally import Tally
from server.hub.watcher import Watcher
from server.hub.watchers import Watchers
from server.store.interface import Conflict, NewerData, Position, StoreError, Unavailable

__all__ = ["Outcome", "Room", "Settled"]

log = logging.getLogger(__name__)

MAX_ROUNDS = 50
"""Lost races in a row after which a batch is given up as `overloaded`."""
RETRY_S = 1.0
"""How long the room waits before it repeats a step that came to nothing."""
LONGEST_WAIT_S = 3_600.0
CROWDED_S = 2.0
"""How long after a lost race a node asks for turns; finding that others wrote prolongs it."""


class Room:
    """One room of this node. `run` is its life; everything else may be called meanwhile."""

    def __init__(
        self,
        room: RoomId,
        stores: Stores,
        settings: HubSettings,
        world: World,
        leases: Leases,
        tally: Tally,
        on_commit: Sequence[Committed] = (),
    ) -> None:
        """Make a room that is not loaded yet."""
        self.id = room
        self.replica = Replica(room, stores.journal)
        self.opened: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """Done when the room is loaded (True), or has ended before (False)."""
        self.idle_since: float | None = world.monotonic()
        self._stores = stores
        self._settings = settings
        self._world = world
        self._leases = leases
        self._tally = tally
        self._on_commit = on_commit
        self._asks = Asks(settings.queue_limit)
        self._wake = asyncio.Event()
        self._shown = Watchers(self.replica, settings, world)
        self.listeners = Listeners()
        self._closings = Closings()
        self._alarms = Alarms(self.replica.state)
        self._news = News(self.replica, stores.store, settings, world, self._wake.set)
        self._checkpoints = Checkpoints(self.replica, stores.journal, settings)
        self._is_closing = False
        self._own_rest_until = 0.0
        self._crowded_until = 0.0

    # --- what the edge calls ---------------------------------------------------------------

    @property
    def is_loaded(self) -> bool:
        """Say whether there is a state to look at."""
        return self.opened.done() and self.opened.result()

    @property
    def state(self) -> RoomState:
        """The state as this node knows it."""
        return self.replica.state

    @property
    def is_stale(self) -> bool:
        """Say whether it is unknown for a while now what the log holds."""
        return self._news.is_stale

    @property
    def watchers(self) -> Iterable[Watcher]:
        """The connections of this node."""
        return self._shown.all()

    async def ask(
        self, wish: Command | Order, actor: Actor, command_id: CommandId | None = None
    ) -> Outcome:
        """Have a wish decided and, if granted, committed.

        Who goes away while it waits has it carried out all the same.

        Returns:
            `Settled` when it is in the log, `Rejected` when nothing has changed. `overloaded`
            and `restarting` mean: not carried out as far as we know; the same command id may
            be sent again and has an effect once.
        """
        return await self.submit(wish, actor, command_id)

    def submit(
        self, wish: Command | Order, actor: Actor, command_id: CommandId | None = None
    ) -> asyncio.Future[Outcome]:
        """Begin what `ask` does, for callers that cannot wait."""
        ask = self._ask(wish, actor, command_id)
        if self._is_closing:
            ask.settle(Rejected(code=ErrorCode.RESTARTING))
        elif not self._asks.add(ask):
            ask.settle(Rejected(code=ErrorCode.OVERLOADED))
        else:
            self.idle_since = None
            self._wake.set()
        return ask.answer

    def _ask(self, wish: Command | Order, actor: Actor, command_id: CommandId | None) -> Ask:
        return Ask(
            wish=wish,
            actor=actor,
            command_id=command_id,
            seed=self._world.entropy(16),
            answer=asyncio.get_running_loop().create_future(),
        )

    def attach(self, watcher: Watcher) -> None:
        """Take a connection's outbox in, before its opening is asked for."""
        self._shown.attach(watcher)
        self.idle_since = None

    def detach(self, watcher: Watcher) -> None:
        """Let a connection go. Its closing is recorded as soon as the store takes it."""
        if self._shown.detach(watcher):
            self._closings.add(watcher.participant_id, watcher.connection_id)
            self._wake.set()

    def watch(self, watcher: Watcher, window: Window | None) -> None:
        """Let a connection look at a part of the tab, or (None) at nothing."""
        self._shown.watch(watcher, window)

    def listen(self, tell: Tell) -> None:
        """Have somebody told of every change, and of the room's end."""
        self.listeners.add(tell)
        self.idle_since = None

    def unlisten(self, tell: Tell) -> None:
        """Tell them no more."""
        self.listeners.discard(tell)
        self._wake.set()

    # --- life ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Load the room and serve it until cancelled.

        Raises:
            StoreError, TimeoutError: the room cannot be loaded.
        """
        async with asyncio.timeout(self._settings.load_timeout_s):
            await self.replica.load()
            alive = await self._leases.alive()
        self._alarms = Alarms(self.state)
        self.reap(alive)
        self.opened.set_result(True)
        self._tell_committed(())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._serve(), name=f"room {self.id}: serve")
            tasks.create_task(self._shown.show(), name=f"room {self.id}: show")
            tasks.create_task(self._news.run(), name=f"room {self.id}: news")
            tasks.create_task(self._checkpoints.run(), name=f"room {self.id}: checkpoints")

    async def _serve(self) -> None:
        while True:
            await self._wait_for_work()
            self._wake.clear()
            async with self._in_turn():
                await self._work()
            if self._asks:
                self._wake.set()
            self._note_idleness()

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Wait for a turn where nodes have got in each other's way lately.

        What is asked meanwhile comes along, so that a turn is the longer the more nodes wait.
        """
        now = self._world.monotonic()
        if now >= self._crowded_until or not (self._asks or self._own_due_s() <= 0):
            yield
            return
        async with self._stores.store.turn(self.id) as head:
            if head is not None and head > self.replica.position.version:
                self._crowded_until = self._world.monotonic() + CROWDED_S
                self._news.doubt()
            yield

    async def _work(self) -> None:
        """Read on if need be, and carry out what was asked."""
        if self._news.is_behind:
            try:
                await self._catch_up()
            except (StoreError, TimeoutError) as problem:
                # By a state that may not be the newest, nothing is decided.
                await self._put_off(self._asks.take(len(self._asks)), problem)
                return
        batch = [*self._own_asks(), *self._next_asks()]
        if batch:
            await self._commit(batch)

    async def _wait_for_work(self) -> None:
        """Sleep until something wakes us, or a wish of our own is due."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._own_due_s()):
                await self._wake.wait()

    def wake(self) -> None:
        """Look at the clock again, which was set."""
        self._wake.set()

    def _own_due_s(self) -> float:
        """Say in how many seconds the room has a wish of its own."""
        rest_s = self._own_rest_until - self._world.monotonic()
        next_at = self._alarms.next_at(self.state)
        if self._closings:
            due_s = 0.0
        elif next_at is None:
            due_s = LONGEST_WAIT_S
        else:
            due_s = min((next_at - self._world.clock()) / 1000, LONGEST_WAIT_S)
        return max(0.0, rest_s, due_s)

    def _own_asks(self) -> list[Ask]:
        """Make the room's own wishes: closed sockets, and what the clock has brought."""
        if self._own_due_s() > 0:
            return []
        wishes: list[Order] = []
        closing = self._closings.order()
        if closing is not None:
            wishes.append(closing)
        if self._is_clock_due():
            wishes.append(o.LookAtClock(participant_ids=self._alarms.due(self._world.clock())))
        return [self._ask(wish, SERVER, None) for wish in wishes]

    def _next_asks(self) -> list[Ask]:
        """Take wishes that wait, but no opening of a socket that is gone already."""
        asks = self._asks.take(self._settings.batch_limit)
        return [ask for ask in asks if not (ask.is_given_up and self._is_vain(ask.wish))]

    def _is_vain(self, wish: Command | Order) -> bool:
        return isinstance(wish, o.OpenConnection) and not self._shown.has(wish.connection_id)

    def _is_clock_due(self) -> bool:
        next_at = self._alarms.next_at(self.state)
        return next_at is not None and next_at <= self._world.clock()

    # --- deciding and committing -----------------------------------------------------------

    async def _commit(self, batch: Sequence[Ask]) -> None:
        """Have a batch answered, whatever happens."""
        try:
            await self._carry_out(batch)
        except (StoreError, TimeoutError) as problem:
            await self._put_off(batch, problem)
        except _CannotAppendError:
            log.exception("room %s: a batch of %d cannot be appended", self.id, len(batch))
            await self._commit_singly(batch)
        finally:
            self._close_books(batch)

    async def _carry_out(self, batch: Sequence[Ask]) -> None:
        """Decide, append, follow, answer; again while others append in between.

        Raises:
            StoreError, TimeoutError: whether something was appended is not known.
            _CannotAppendError: nothing was.
        """
        for _ in range(MAX_ROUNDS):
            draft = drafted(self.state, batch, self._env)
            if draft.steps:
                try:
                    position = await self._append(draft)
                except Conflict:
                    self._tally.conflicts += 1
                    self._crowded_until = self._world.monotonic() + CROWDED_S
                    await self._catch_up()
                    continue
                self._news.confirm()
                self._tally.appends += 1
                self._tally.records += len(draft.steps)
                self._adopt(draft.steps, self.replica.follow(draft.steps, draft.state, position))
            draft.settle(self.replica.position.version)
            return
        raise Unavailable(f"{MAX_ROUNDS} races were lost in a row")

    async def _append(self, draft: Draft) -> Position:
        if not self._leases.is_sure:
            raise Unavailable("this node may have been given up by the others")
        try:
            async with asyncio.timeout(self._settings.append_timeout_s):
                return await self._stores.journal.append(
                    self.id,
                    self.replica.position,
                    draft.records,
                    puts=await puts_of(draft, self.id, self._stores.attendance),
                    wake_at=wake_at(draft.state, self._world.clock()),
                )
        except (StoreError, TimeoutError):
            raise
        except Exception as fault:
            raise _CannotAppendError from fault

    def _env(self, ask: Ask) -> Env:
        return Env(
            room=self.id,
            now=self._world.clock(),
            seed=ask.seed,
            person_key=self._world.person_key,
        )

    async def _commit_singly(self, batch: Sequence[Ask]) -> None:
        """Find the wish that cannot be written down, so that it harms none of the others."""
        if len(batch) == 1:
            batch[0].settle(Rejected(code=ErrorCode.INTERNAL))
            return
        for ask in batch:
            await self._commit([ask])

    def _close_books(self, batch: Sequence[Ask]) -> None:
        """Leave no wish without an answer, and see what became of the room's own."""
        for ask in batch:
            ask.settle(Rejected(code=ErrorCode.RESTARTING))
            match ask.wish:
                case o.CloseConnections() as order if ask.is_refused:
                    self._closings.put_back(order)
                    self._rest()
                case o.LookAtClock(participant_ids=looked_at):
                    self._alarms.note(self.state, looked_at)
                    if len(looked_at) < AT_ONCE and self._is_clock_due():
                        self._rest()  # It came to nothing; so would the next.
                case _:
                    pass

    def _rest(self) -> None:
        self._own_rest_until = self._world.monotonic() + RETRY_S

    async def _put_off(self, batch: Sequence[Ask], problem: Exception) -> None:
        """Refuse wishes that the store did not take; the room's own come again.

        Whether the append has happened is not known, so the replica reads on first.
        """
        log.warning("room %s: %d wishes put off: %r", self.id, len(batch), problem)
        self._tally.put_off += 1
        is_newer = isinstance(problem, NewerData)
        code = ErrorCode.READ_ONLY if is_newer else ErrorCode.OVERLOADED
        for ask in batch:
            ask.settle(Rejected(code=code))
        await asyncio.sleep(RETRY_S)
        self._news.doubt()

    async def _catch_up(self) -> None:
        """Read on from where the replica is.

        Raises:
            StoreError, TimeoutError: not now; nothing has changed.
        """
        async with asyncio.timeout(self._settings.load_timeout_s):
            caught_up = await self.replica.catch_up()
        self._news.was_read()
        if caught_up is None:
            self._adopt((), Touched(everybody=True))
            self._closings.look_through(self.state, self._is_gone)
        elif caught_up.steps:
            self._adopt(caught_up.steps, caught_up.touched)

    # --- following what was committed ------------------------------------------------------

    def _adopt(self, steps: Sequence[Advance], touched: Touched) -> None:
        """Follow what was committed: alarms, connections, checkpoints, and whoever listens."""
        if touched.everybody:
            self._alarms = Alarms(self.state)
        else:
            self._alarms.note(self.state, touched.participants)
        self._closings.follow(steps, self._is_gone)
        self._shown.follow(steps, touched)
        self.listeners.tell()
        self._checkpoints.note()
        self._tell_committed(tuple(record for _, record in steps))

    def _is_gone(self, connection: Connection) -> bool:
        """Tell connections that the log has open here, and whose sockets are gone."""
        is_ours = connection.node_id == self._world.node_id
        return is_ours and not self._shown.has(connection.id)

    def _tell_committed(self, records: tuple[Record, ...]) -> None:
        for tell in self._on_commit:
            try:
                tell(self.id, self.state, records)
            except Exception:
                log.exception("room %s: somebody who was told of a commit failed", self.id)

    async def save_checkpoint(self) -> None:
        """Save the state, so that opening the room stays quick."""
        await self._checkpoints.save()

    # --- the end ---------------------------------------------------------------------------

    def _note_idleness(self) -> None:
        is_used = self._shown or self._asks or self._closings or self.listeners
        if is_used or self.state.places or self.state.mails_due:
            self.idle_since = None
        elif self.idle_since is None:
            self.idle_since = self._world.monotonic()

    def reap(self, alive: frozenset[NodeId]) -> None:
        """Have the connections of nodes that are not alive recorded as closed.

        Cost: O(n) in the people of the session.
        """
        self._closings.look_through(
            self.state, lambda one: one.node_id not in alive or self._is_gone(one)
        )
        self._wake.set()

    def stop(self) -> None:
        """Refuse new wishes, and settle those that wait: the server is restarting."""
        self._is_closing = True
        self._asks.refuse_all(ErrorCode.RESTARTING)
        self.listeners.tell()

    def end(self) -> None:
        """Leave nobody waiting, now that the room's life is over."""
        self.stop()
        if not self.opened.done():
            self.opened.set_result(False)


class _CannotAppendError(Exception):
    """A batch cannot be written down, by a fault of ours. Nothing was appended."""
