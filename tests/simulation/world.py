"""One run: a group of nodes, the people, a storm, and the calm in which all has to be right."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from protocol import commands as c
from protocol.commands import Command
from protocol.ids import ParticipantId
from protocol.roles import EntryKind, InvitationType, Part, Presence, SessionState
from protocol.settings import EntrySettings
from server.core.project import audience_of
from server.hub.asks import Settled
from server.store.interface import StoreError
from tests.simulation.auditor import Auditor, Broken
from tests.simulation.chance import Random, seeded
from tests.simulation.loop import Process, SimulatedLoop, Stuck
from tests.simulation.node import NOON_MS, ROOM, SETTINGS, Node
from tests.simulation.people import Someone
from tests.simulation.shelf import OUTSIDE, Shelf
from tests.simulation.weather import Weather

NODES = 3
STORM_S = 35.0
GRACE_S = 8
GHOST_S = 10.0
"""How long after its node has died somebody may still be shown as present (design, The hub)."""
CLOSED_S = 1.0
"""How long after somebody was told that a person is out that person's sockets may be open still, at
whichever node, while messages arrive (docs/reliability.md, Secrets)."""
SETTLED_S = 36.0
"""What everybody gets to find together once the storm is over: connections in silence are given
up, graces and seats run out, whoever was sent away comes back."""
QUIET_S = 4.0
"""Longer than replicas take to compare themselves with the head, for hints stay unreliable."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run.

    Args:
        trace: a digest of all that has happened, in order and with its time.
        problem: what was broken; None when all is well.
    """

    seed: int
    trace: str
    problem: Exception | None
    at_s: float
    steps: int
    records: int
    settled: int
    shown: int


class Group:
    """The nodes and the people of one run."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = seeded(seed)
        self.loop = SimulatedLoop()
        self.weather = Weather.drawn(self.random)
        self.storm = self.weather.__dict__.copy()
        self.shelf = Shelf(seeded(seed, "shelf"), self.loop, self.weather)
        self.auditor = Auditor(self.shelf)
        self.nodes: list[Node] = []
        self.is_calm = False
        self.is_over = False
        self._tasks: list[asyncio.Task[Any]] = []
        self.people = [
            Someone(self, "Hanna", "account"),
            Someone(self, "Cora", "account"),
            Someone(self, "Mona", "invitation"),
            Someone(self, "Sam", "invitation"),
            Someone(self, "Vera", "invitation"),
            Someone(self, "Gus", "0"),
            Someone(self, "Gina", "0", "d_shared"),
            Someone(self, "Gil", "0", "d_shared"),
            Someone(self, "Ann", "1"),
            Someone(self, "Bob", "1"),
        ]
        self.host = self.people[0]

    # --- nodes -----------------------------------------------------------------------------

    def any_node(self, random: Random) -> Node | None:
        """Choose a node as a balancer does that knows who listens."""
        here = [node for node in self.nodes if node.is_here]
        return random.choice(here) if here else None

    @property
    def here(self) -> list[Node]:
        return [node for node in self.nodes if node.is_here and not node.is_paused]

    def begin_node(self) -> Node:
        node = Node(len(self.nodes) + 1, self.shelf, self.auditor, str(self.seed))
        self.nodes.append(node)
        self._tasks.append(self.loop.start(node, node.live()))
        return node

    async def _keep(self) -> None:
        """Start a node anew where one has ended, as whoever watches over processes does."""
        while True:
            await asyncio.sleep(0.5 + 3 * self.random.random())
            alive = [node for node in self.nodes if not node.is_dead]
            if len(alive) < NODES:
                self.begin_node()

    async def _trouble(self) -> None:
        """Strike now one node and now another."""
        while True:
            await asyncio.sleep(self.random.expovariate(1 / self.weather.trouble_s))
            here = [node for node in self.nodes if node.is_here]
            if not here:
                continue
            node = self.random.choice(here)
            blow = self.random.choice(
                ("crash", "crash", "pause", "cut off", "clock", "restart", "all crash")
            )
            self.auditor.note(node.name, blow)
            for struck in here if blow == "all crash" and self.random.random() < 0.3 else [node]:
                self._strike(struck, blow)

    def _strike(self, node: Node, blow: str) -> None:
        later = self.loop.call_later
        match blow:
            case "crash" | "all crash":
                # Somewhere in what it does next: between any two of its awaits.
                node.dies_in = self.random.randint(0, 60)
            case "pause":
                node.is_paused = True
                later(self.random.random() * 15, self.loop.go_on, node, context=OUTSIDE.context)
            case "cut off":
                node.remote.is_cut_off = True
                later(self.random.random() * 12, self._plug, node, context=OUTSIDE.context)
            case "clock":
                node.skew_ms += self.random.randint(-self.weather.skew_ms, self.weather.skew_ms)
            case _:
                self.loop.call_soon(node.stop_asked.set, context=node.context)

    @staticmethod
    def _plug(node: Node) -> None:
        node.remote.is_cut_off = False

    # --- a run -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Live through it."""
        self.weather.clear()
        for _ in range(NODES):
            self.begin_node()
        await asyncio.sleep(1)
        await self._set_up()
        self.weather.__dict__.update(self.storm)
        keeper = self._begin(self._keep())
        trouble = self._begin(self._trouble())
        for someone in self.people:
            self._begin(someone.live())
        self._begin(self._watch_over())
        await asyncio.sleep(STORM_S)
        trouble.cancel()
        await self._clear_up()
        await asyncio.sleep(SETTLED_S)
        await self._check_alive()
        self._check_together()
        await self._check_closing()
        keeper.cancel()
        await self._check_death()
        self._check_together()
        self.auditor.check_end()

    def _begin(self, coro: Any) -> "asyncio.Task[Any]":
        task = self.loop.start(OUTSIDE, coro)
        self._tasks.append(task)
        return task

    async def _set_up(self) -> None:
        await self._done(
            c.CreateEntry(
                kind=EntryKind.ROOM,
                name="Seminar",
                settings=EntrySettings(
                    grace_s=GRACE_S,
                    seat_s=8,
                    host_absent_s=self.random.choice((30, 900)),
                    capacity=self.random.choice((6, 100)),
                    reserved_seats=2,
                    stage_capacity=3,
                ),
            )
        )
        await self._done(c.SetGuestAccess(is_on=True))
        await self._done(c.CreateGuestLink(name="Class", uses=self.random.randint(1, 3)))
        await self._done(c.CreateGuestLink(name="Parents", needs_approval=True))
        cora = self.people[1]
        await self._done(
            c.SetCollaborator(
                account_id=cora.account.account_id,
                name=cora.name,
                email=cora.email,
                part=Part.CO_PUBLISHER,
            )
        )
        for someone, what in zip(self.people[2:5], [*InvitationType][:3], strict=True):
            invitee = c.Invitee(email=someone.email, first_name=someone.name)
            await self._done(c.Invite(invitees=(invitee,), invitation_type=what, send_mail=False))
        await self._done(c.StartSession())

    async def _done(self, wish: Command) -> None:
        outcome = await self.host.ask(wish, as_account=True)
        assert isinstance(outcome, Settled), f"{wish!r}: {outcome!r}"

    async def _watch_over(self) -> None:
        """Have the host begin again where the session has ended."""
        while True:
            await asyncio.sleep(5)
            session = self.auditor.head.session
            if session is not None and session.state is SessionState.ENDED and not self.is_calm:
                await self.host.ask(c.StartSession(), as_account=True)

    async def _clear_up(self) -> None:
        """End the storm: what is cut is plugged, what stands still goes on."""
        kept = {name: self.storm[name] for name in ("hint_lost", "hint_repeated")}
        self.weather.clear()
        self.weather.__dict__.update(kept)
        self.is_calm = True
        self.auditor.note("calm")
        for node in self.nodes:
            node.remote.is_cut_off = False
            node.dies_in = None
            if node.is_paused:
                self.loop.go_on(node)
        for someone in self.people:
            someone.is_frozen = False

    # --- what has to be true in the end ----------------------------------------------------

    async def _check_alive(self) -> None:
        """Every node takes a command, and all of them hear of it."""
        assert len(self.here) == NODES, "not every node has come back"
        for node in self.here:
            answer: asyncio.Future[Any] = self.loop.create_future()
            wish = c.EditEntry(name=f"Seminar at {node.name}")
            node.ask(wish, self.host.account, self.host.fresh_id(), answer)
            async with asyncio.timeout(5):
                outcome = await answer
            assert isinstance(outcome, Settled), f"{node.name} takes nothing: {outcome!r}"
        await self._quiet()

    async def _quiet(self) -> None:
        """Wait until nothing has been written for a while."""
        for _ in range(10):
            version = self.auditor.version
            await asyncio.sleep(QUIET_S)
            if self.auditor.version == version:
                return
        raise Broken("the log does not come to rest")

    def _check_together(self) -> None:
        """Everybody has the same, nobody is a ghost, and nobody who is there is not shown."""
        head, version = self.auditor.head, self.auditor.version
        for node in self.here:
            for room in node.hub.rooms:
                assert room.replica.position.version == version, f"{node.name} lags"
                assert room.state == head
        self._check_connections()
        now = NOON_MS + int(self.loop.now * 1000)
        late = now - 2_000 - 3 * self.weather.skew_ms
        for one in head.participants.values():
            assert one.expires_at is None or one.expires_at > late, f"{one.id} is a ghost"
        for someone in self.people:
            self._check_seen(someone)

    def _check_connections(self) -> None:
        open_lines = {
            line.connection_id
            for node in self.here
            for line in node.lines
            if line.is_open and line.is_welcome and line.is_up
        }
        recorded = {
            connection.id
            for one in self.auditor.head.participants.values()
            for connection in one.connections
        }
        assert recorded - open_lines == set(), "shown as present, and gone"
        assert open_lines - recorded == set(), "connected, and not shown"

    def _check_seen(self, someone: Someone) -> None:
        """Hold what somebody sees in the end to what there is to be seen."""
        line = someone.line
        if line is None or not someone.is_connected:
            return
        head = self.auditor.head
        participant = head.participants[ParticipantId(line.participant_id)]
        audience = audience_of(head, participant)
        if audience is None or someone.window is None:
            return
        assert someone.view is not None, f"{someone.name} sees nothing"
        node = line.node
        view = self.auditor.view_at(self.auditor.version, audience, someone.window, node.clock())
        assert someone.view == view, f"{someone.name} sees what is not so"

    async def _check_closing(self) -> None:
        """Put somebody out at another node than theirs, in fair weather: their sockets close."""
        self.weather.clear()
        away = [one for one in self.people[1:] if one.is_connected]
        if not away:
            return
        someone = self.random.choice(away)
        assert someone.line is not None
        who, home = someone.line.participant_id, someone.line.node
        node = self.random.choice([one for one in self.here if one is not home])
        kind = self.random.choice((c.Remove, c.Block))
        answer: asyncio.Future[Any] = self.loop.create_future()
        node.ask(kind(participant_id=who), self.host.account, self.host.fresh_id(), answer)
        async with asyncio.timeout(5):
            outcome = await answer
        assert isinstance(outcome, Settled), f"{who} is not put out: {outcome!r}"
        self.auditor.note("out", who)
        await asyncio.sleep(CLOSED_S)
        lines = [line for one in self.here for line in one.lines if line.participant_id == who]
        assert not [one for one in lines if one.is_open], f"{who} is out, and connected"
        await self._quiet()

    async def _check_death(self) -> None:
        """Kill one node in fair weather: within the time that is promised nobody is its ghost."""
        victim = self.random.choice(self.here)
        self.auditor.note("the last blow", victim.name)
        for someone in self.people:
            if someone.line is not None and someone.line.node is victim:
                someone.line.is_open = False
                someone.ticket = None
                someone.door = "nowhere"
        victim.kill()
        await asyncio.sleep(GHOST_S)
        ghosts = [
            one.id
            for one in self.auditor.head.participants.values()
            if any(connection.node_id == victim.node_id for connection in one.connections)
        ]
        assert not ghosts, f"{ghosts} are at a node that has died"
        await asyncio.sleep(GRACE_S + 2)
        await self._quiet()
        gone = {Presence.PRESENT, Presence.LEFT}
        here = {one.presence for one in self.auditor.head.participants.values()}
        assert here <= gone, "somebody is still expected after the grace"


class _Faults(logging.Handler):
    """What the server itself calls a fault is one here."""

    def __init__(self, auditor: Auditor) -> None:
        super().__init__(logging.ERROR)
        self._auditor = auditor

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        # A room that could not be loaded; later in its life this would come in a group.
        if not isinstance(fault, StoreError | TimeoutError):
            self._auditor.fail(Broken(self.format(record)))


def simulated(seed: int) -> Result:
    """Live through the run of a seed."""
    group = Group(seed)
    auditor, loop = group.auditor, group.loop

    def after_step(process: Process | None) -> None:
        if isinstance(process, Node) and not process.is_dead:
            process.guarded(process.check_replicas)
        if auditor.problem is not None:
            raise auditor.problem

    def failed(_: object, context: dict[str, Any]) -> None:
        auditor.fail(context.get("exception") or Broken(context["message"]))

    loop.after_step = after_step
    loop.set_exception_handler(failed)
    loop.thread_takes = lambda: 0.001 + 0.05 * group.random.random()
    faults = _Faults(auditor)
    logger = logging.getLogger("server")
    logger.addHandler(faults)
    try:
        problem: Exception | None = None
        try:
            loop.run_until_complete(loop.start(OUTSIDE, group.run()))
        except Stuck:
            problem = Broken("nothing happens any more")
        except Exception as fault:  # noqa: BLE001 - it is the result
            problem = fault
        return Result(
            seed=seed,
            trace=auditor.trace,
            problem=problem,
            at_s=loop.now,
            steps=loop.steps,
            records=auditor.version,
            settled=auditor.settled,
            shown=auditor.shown,
        )
    finally:
        logger.removeHandler(faults)
        loop.bury()


__all__ = ["ROOM", "SETTINGS", "Group", "Result", "simulated"]
