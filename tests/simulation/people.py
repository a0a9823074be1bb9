"""People with browsers: they come, ask, look, drop out, and come back, by chance alone."""

import asyncio
from typing import TYPE_CHECKING

from protocol.commands import Command
from protocol.deltas import apply
from protocol.errors import ErrorCode
from protocol.ids import (
    AccountId,
    CommandId,
    DeviceId,
    LinkId,
    ParticipantId,
    SessionId,
)
from protocol.messages import (
    Delta,
    Ping,
    Position,
    Reply,
    ServerMessage,
    Snapshot,
    Welcome,
    You,
)
from protocol.roles import Group
from protocol.views import Range, View, Window
from server.core import orders as o
from server.core.actors import AccountActor, VisitorActor
from server.core.audience import Audience
from server.core.person import Person, person_id
from server.hub.asks import Outcome, Settled
from tests.simulation.auditor import KEY
from tests.simulation.chance import seeded
from tests.simulation.node import SETTINGS, Line
from tests.simulation.wishes import Thoughts, email_of

if TYPE_CHECKING:
    from tests.simulation.world import Group as Nodes

PATIENCE_S = 25.0
SILENCE_S = 4 * SETTINGS.ping_ms / 1000
"""Without a word from the node for so long, a client takes the connection for lost."""
WINDOWS = (
    Window(),
    Window(groups={group: Range() for group in Group}),
    Window(groups={group: Range(first=1, count=2) for group in Group}),
    Window(search="a"),
    None,
)
LOST = (ErrorCode.OVERLOADED, ErrorCode.RESTARTING)
"""Answers after which the same command id may be sent again."""


class Someone:
    """One person at one browser.

    Args:
        door: `account`, `invitation` or the name of a guest link.
    """

    def __init__(self, nodes: "Nodes", name: str, door: str, device: str = "") -> None:
        self.nodes = nodes
        self.name = name
        self.door = door
        self.email = email_of(name)
        self.person = Person(person_id(self.email, KEY), name, self.email)
        self.device = DeviceId(device or f"d_{name}")
        self.random = seeded(nodes.seed, name)
        self.ticket: dict[str, str] | None = None
        self.line: Line | None = None
        self.window: Window | None = None
        self.view: View | None = None
        self.position: Position | None = None
        self.heard_at = 0.0
        self.is_frozen = False
        """Reads, and answers nothing."""
        self.pending: dict[CommandId, Command] = {}
        self.thoughts = Thoughts(self.random, nodes.auditor, name)
        self._count = 0

    @property
    def visitor(self) -> VisitorActor:
        if self.door == "account":
            account = AccountId(self.name)
            return VisitorActor(device_id=self.device, account_id=account, person=self.person)
        return VisitorActor(device_id=self.device)

    @property
    def account(self) -> AccountActor:
        return AccountActor(account_id=AccountId(self.name), person=self.person)

    @property
    def is_connected(self) -> bool:
        return self.line is not None and self.line.is_open and self.line.is_welcome

    def fresh_id(self) -> CommandId:
        self._count += 1
        return CommandId(f"{self.name}-{self._count}")

    # --- a life ----------------------------------------------------------------------------

    async def live(self) -> None:
        """Do one thing after another until the run is over."""
        while True:
            await asyncio.sleep(self.random.expovariate(1 / 0.8))
            await self._step()

    async def _step(self) -> None:
        line = self.line
        if line is not None and line.is_open:
            if self.nodes.loop.now - self.heard_at > SILENCE_S:
                line.hang_up(is_told=True)
            elif line.is_welcome and not self.nodes.is_calm:
                self._do_something(line)
            return
        if self.ticket is None or self.random.random() < 0.05:
            await self._enter()
        if self.ticket is not None:
            self._connect(self.ticket)

    # --- doors -----------------------------------------------------------------------------

    async def ask(self, wish: Command | o.Order, *, as_account: bool = False) -> Outcome | None:
        """Ask any node over HTTP; None when no answer came."""
        node = self.nodes.any_node(self.random)
        if node is None:
            return None
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        actor = self.account if as_account else self.visitor
        node.ask(wish, actor, self.fresh_id() if as_account else None, answer)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await answer
        except TimeoutError:
            return None

    async def _enter(self) -> None:
        order = self._order()
        if order is None:
            return
        outcome = await self.ask(order)
        if isinstance(outcome, Settled):
            self.ticket = outcome.result

    def _order(self) -> o.Order | None:
        state = self.nodes.auditor.head
        if self.door == "account":
            return o.EnterAsAccount()
        if self.door == "invitation":
            known = state.invited.get(self.person.id)
            if known is None:
                return None
            generation = state.invitations[known].generation
            typed = self.email if self.random.random() < 0.9 else "else@example.org"
            return o.RedeemInvitation(invitation_id=known, generation=generation, email=typed)
        links = sorted(state.links)
        if not links:
            return None
        link_id = LinkId(links[int(self.door) % len(links)])
        # Now and then by the URL from before it was regenerated.
        behind = 1 if self.random.random() < 0.1 else 0
        return o.RedeemGuestLink(
            link_id=link_id,
            generation=max(1, state.links[link_id].generation - behind),
            name=self.name,
            email=self.email,
            is_return=self.ticket is not None and self.random.random() < 0.5,
        )

    # --- connections -----------------------------------------------------------------------

    def _connect(self, ticket: dict[str, str]) -> None:
        node = self.nodes.any_node(self.random)
        if node is None:
            return
        connection_id = f"c_{self.name}_{self._count}"
        self._count += 1
        line = Line(node, ParticipantId(ticket["participant_id"]), connection_id)
        if self.random.random() < 0.5:
            self.window = self.random.choice(WINDOWS)
        line.receive = lambda message, seen_by: self._receive(line, message, seen_by)
        line.ended = lambda code: self._ended(line, code)
        self.line = line
        self.is_frozen = False
        self.heard_at = self.nodes.loop.now
        node.connect(line, SessionId(ticket["session_id"]), self.device, self.window, self.position)

    def _ended(self, line: Line, code: int | None) -> None:
        self.nodes.auditor.note(line.connection_id, "closed", code)
        if code is not None and 4000 <= code < 4100:
            self.ticket = None if self.random.random() < 0.8 else self.ticket
            self.view = self.position = None

    def _receive(
        self,
        line: Line,
        message: ServerMessage,
        seen_by: tuple[Audience, Window, int] | None,
    ) -> None:
        self.heard_at = self.nodes.loop.now
        match message:
            case Welcome(is_resumed=is_resumed):
                line.is_welcome = True
                if not is_resumed:
                    self.view = self.position = None
            case You(you=you):
                if you.gate is not None:
                    self.view = self.position = None
            case Snapshot(view=view, position=position):
                self.view, self.position = view, position
            case Delta(delta=delta, base=base, position=position):
                assert self.view is not None, "a delta for somebody who has nothing"
                expected = Position(epoch=position.epoch, version=base)
                assert self.position == expected, "a delta that does not connect"
                self.view, self.position = apply(self.view, delta), position
            case Reply():
                self._note_reply(message)
            case Ping() if not self.is_frozen:
                line.send(lambda _: None)
            case _:
                pass
        if seen_by is not None and self.view is not None and self.position is not None:
            self.nodes.auditor.check_shown(self.view, self.position.version, *seen_by)

    def _note_reply(self, reply: Reply) -> None:
        """Keep in mind what may have been lost, to ask for it again."""
        if reply.problem is None or reply.problem.code not in LOST:
            self.pending.pop(reply.id, None)

    # --- inside ----------------------------------------------------------------------------

    def _do_something(self, line: Line) -> None:
        chance = self.random.random()
        if chance < 0.06:
            line.hang_up(is_told=self.random.random() < 0.6)
        elif chance < 0.09:
            self._take_nothing(line)
        elif chance < 0.10:
            self.is_frozen = True
        elif chance < 0.25:
            window = self.random.choice(WINDOWS)
            self.window = window
            line.send(lambda at: at.room.watch(at.watcher, window) if at.room else None)  # type: ignore[arg-type]
        elif self.pending and chance < 0.5:
            command_id = self.random.choice(sorted(self.pending))
            self._command(line, self.pending[command_id], command_id)
        else:
            wish = self.thoughts.next()
            self._command(line, wish, self.fresh_id())

    def _take_nothing(self, line: Line) -> None:
        """Stop reading for a while: the node finds the socket full."""

        line.send(Line.stop)
        self.nodes.loop.call_later(5 * self.random.random(), self._read_on, line)

    @staticmethod
    def _read_on(line: Line) -> None:
        if line.is_open:
            line.send(Line.go_on)

    def _command(self, line: Line, wish: Command, command_id: CommandId) -> None:
        self.pending[command_id] = wish
        line.send(lambda at: at.node.command(at, wish, command_id))
