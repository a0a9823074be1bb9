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
from protocol.roles import Group
from protocol.views import Window
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER, Actor
from server.core.decide import Env, Rejected
from server.core.orders import Order
from server.core.record import Record
from server.core.state import RoomState
from server.core.touched import Touched
from server.hub.asks import Ask, Asks, Outcome, Settled
from server.hub.checkpoints import Checkpoints
from server.hub.draft import Draft, drafted, puts_of, wake_at
from server.hub.duties import RETRY_S, Duties
from server.hub.leases import Leases
from server.hub.listeners import Listeners, Tell
from server.hub.news import News
from server.hub.replica import Advance, Replica
from server.hub.settings import Committed, HubSettings, Stores, World
from server.hub.tally import Tally
from server.hub.tracing import Stage, all_ended, all_reached
from server.hub.watcher import Watcher
from server.hub.watchers import Watchers
from server.store.interface import START, Conflict, NewerData, Position, StoreError, Unavailable

__all__ = ["Outcome", "Room", "Settled"]

log = logging.getLogger(__name__)

MAX_ROUNDS = 50
"""Lost races in a row after which a batch is given up as `overloaded`."""
ERASURES = (e.PeopleErased, e.GuestsErased)
"""After these the log is folded at once: its records still have the names in them."""
PEOPLE_INSIDE = (Group.RAISED_HANDS, Group.ON_STAGE, Group.VIEWERS)
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
        self._shown = Watchers(self.replica, settings, world, tally)
        self.listeners = Listeners()
        self._duties = Duties(self.replica, world, self._shown.has)
        self._news = News(self.replica, stores.store, settings, world, self._wake.set)
        self._checkpoints = Checkpoints(self.replica, stores.journal, settings)
        self._is_closing = False
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

    @property
    def connection_count(self) -> int:
        """How many connections this node has here."""
        return len(self._shown)

    @property
    def people_count(self) -> int:
        """How many people are inside, on whichever node."""
        return sum(self.replica.roster.count(group) for group in PEOPLE_INSIDE)

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
        traces = self._world.traces
        return Ask(
            wish=wish,
            actor=actor,
            command_id=command_id,
            seed=self._world.entropy(16),
            answer=asyncio.get_running_loop().create_future(),
            asked_at=self._world.monotonic(),
            trace=traces.begin(type(wish).__name__, self.id) if traces is not None else None,
        )

    def attach(self, watcher: Watcher) -> None:
        """Take a connection's outbox in, before its opening is asked for."""
        self._shown.attach(watcher)
        self.idle_since = None

    def detach(self, watcher: Watcher) -> None:
        """Let a connection go. Its closing is recorded as soon as the store takes it."""
        if self._shown.detach(watcher):
            self._duties.add_closing(watcher.participant_id, watcher.connection_id)
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
        self._duties.begin(alive)
        self.opened.set_result(True)
        self._tell_committed(())
        if self.state.erasures:
            self._checkpoints.demand()
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
        if now >= self._crowded_until or not (self._asks or self._duties.due_s() <= 0):
            yield
            return
        async with self._stores.store.turn(self.id) as head:
            if head is None or head > self.replica.position.version:
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
            async with asyncio.timeout(self._duties.due_s()):
                await self._wake.wait()

    def doubt(self) -> None:
        """Read on: somebody else may have appended."""
        self._news.doubt()

    def wake(self) -> None:
        """Look at the clock again, which was set."""
        self._wake.set()

    def _own_asks(self) -> list[Ask]:
        return [self._ask(wish, SERVER, None) for wish in self._duties.wishes()]

    def _next_asks(self) -> list[Ask]:
        """Take wishes that wait, but no opening of a socket that is gone already."""
        asks = self._asks.take(self._settings.batch_limit)
        return [ask for ask in asks if not (ask.is_given_up and self._is_vain(ask.wish))]

    def _is_vain(self, wish: Command | Order) -> bool:
        return isinstance(wish, o.OpenConnection) and not self._shown.has(wish.connection_id)

    # --- deciding and committing -----------------------------------------------------------

    async def _commit(self, batch: Sequence[Ask]) -> None:
        """Have a batch answered, whatever happens."""
        left = batch
        try:
            await self._carry_out(batch)
        except (StoreError, TimeoutError) as problem:
            await self._put_off(batch, problem)
        except _CannotAppendError:
            log.exception("room %s: a batch of %d cannot be appended", self.id, len(batch))
            await self._commit_singly(batch)
            left = batch[:0] if len(batch) > 1 else batch
        finally:
            self._close_books(left)

    async def _carry_out(self, batch: Sequence[Ask]) -> None:
        """Decide, append, follow, answer; again while others append in between.

        Raises:
            StoreError, TimeoutError: whether something was appended is not known.
            _CannotAppendError: nothing was.
        """
        for _ in range(MAX_ROUNDS):
            draft = drafted(self.state, batch, self._env)
            followed = draft.granted_traces() if self._world.traces is not None else ()
            all_reached(followed, Stage.DECIDED)
            if draft.steps or self._has_to_confirm(draft):
                try:
                    position = await self._append(draft)
                except Conflict:
                    self._tally.conflicts += 1
                    self._crowded_until = self._world.monotonic() + CROWDED_S
                    await self._catch_up()
                    continue
                all_reached(followed, Stage.APPENDED)
                self._news.confirm()
                self._tally.appends += 1
                self._tally.records += len(draft.steps)
                if draft.steps:
                    touched = self.replica.follow(draft.steps, draft.state, position)
                    self._adopt(draft.steps, touched, is_ours=True)
                    all_reached(followed, Stage.APPLIED)
                    self._shown.follow_up(followed)
                else:
                    all_ended(followed)
            elif draft.is_refused and await self._is_outdated():
                await self._catch_up()
                continue
            else:
                all_ended(followed)
            draft.settle(self.replica.position.version)
            return
        raise Unavailable(f"{MAX_ROUNDS} races were lost in a row")

    def _has_to_confirm(self, draft: Draft) -> bool:
        """Say whether what changes nothing is granted by an append of nothing.

        Where others append too, that alone tells that the state was the newest, and that what
        was done before under the same command id is as safe as the store has promised.
        """
        is_there = self.replica.position != START
        return draft.is_granted and is_there and self._stores.store.is_shared

    async def _is_outdated(self) -> bool:
        """Say whether others have appended: an append finds that out, a refusal has to ask.

        Raises:
            StoreError, TimeoutError: the store cannot say.
        """
        store = self._stores.store
        if not store.is_shared:
            return False
        async with asyncio.timeout(self._settings.append_timeout_s):
            return await store.head(self.id) != self.replica.position

    async def _append(self, draft: Draft) -> Position:
        if not self._leases.is_sure:
            raise Unavailable("this node may have been given up by the others")
        try:
            async with asyncio.timeout(self._settings.append_timeout_s):
                return await self._stores.journal.append(
                    self.id,
                    self.replica.position,
                    draft.records,
                    puts=await puts_of(draft, self.id, self._stores, self._world.clock()),
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
        now = self._world.monotonic()
        for ask in batch:
            ask.settle(Rejected(code=ErrorCode.RESTARTING))
            self._duties.note_outcome(ask)
            if ask.actor is not SERVER:
                self._tally.answered(now - ask.asked_at)
            elif isinstance(ask.wish, o.OpenConnection):
                self._tally.joins += not (ask.is_refused or ask.is_given_up)

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
        self._news.begin_to_read()
        async with asyncio.timeout(self._settings.load_timeout_s):
            caught_up = await self.replica.catch_up()
        self._news.was_read()
        if caught_up is None:
            self._adopt((), Touched(everybody=True))
            self._duties.look_through()
        elif caught_up.steps:
            self._adopt(caught_up.steps, caught_up.touched)

    # --- following what was committed ------------------------------------------------------

    def _adopt(self, steps: Sequence[Advance], touched: Touched, *, is_ours: bool = False) -> None:
        """Follow what was committed: alarms, connections, checkpoints, and whoever listens."""
        self._duties.follow(steps, touched)
        self._shown.follow(steps, touched)
        self.listeners.tell()
        self._checkpoints.note(is_ours=is_ours)
        if any(isinstance(each, ERASURES) for _, record in steps for each in record.events):
            self._checkpoints.demand()
        self._tell_committed(tuple(record for _, record in steps))

    def _tell_committed(self, records: tuple[Record, ...]) -> None:
        for tell in self._on_commit:
            try:
                tell(self.id, self.state, records)
            except Exception:
                log.exception("room %s: somebody who was told of a commit failed", self.id)

    async def save_checkpoint(self) -> bool:
        """Save the state, so that opening the room stays quick; False: not now."""
        return await self._checkpoints.save()

    # --- the end ---------------------------------------------------------------------------

    def _note_idleness(self) -> None:
        is_used = self._shown or self._asks or self._duties.has_closings or self.listeners
        if is_used or self.state.places or self.state.mails_due:
            self.idle_since = None
        elif self.idle_since is None:
            self.idle_since = self._world.monotonic()

    def reap(self, alive: frozenset[NodeId]) -> None:
        """Have the connections of nodes that are not alive recorded as closed.

        Cost: O(n) in the people of the session.
        """
        self._duties.reap(alive)
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
