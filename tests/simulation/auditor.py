"""Who watches a run: reads the log as it is written, and holds everybody to it.

The auditor folds the log by itself, decoded from the very bytes that were appended. Whatever a
node knows, answers or shows is compared with that fold at the same version.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgpack

from protocol.commands import Command
from protocol.ids import CommandId, PersonId, RoomId
from protocol.views import View, Window
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER, Actor
from server.core.audience import Audience
from server.core.chain import Line, find_break
from server.core.decide import Decided, Env, decide
from server.core.evolve import evolve_record
from server.core.record import Record
from server.core.roster import Roster
from server.core.state import EMPTY, RoomState
from server.hub.asks import Outcome, Settled
from server.hub.audit_rows import AUDIT
from server.hub.room import Room
from server.store import sqlite_log, sqlite_values
from server.store.codec import Codec
from server.store.interface import Position
from server.store.masterkeys import MasterKeys, SecretKey
from server.store.payload import Kind, Place, unpack
from server.store.sealing import TABLE, checked, unseal
from tests.core.invariants import check_grants, check_roster, check_state, check_step
from tests.core.seen import check_marks, look
from tests.simulation.shelf import Shelf

KEY = bytes(32)
MASTER = MasterKeys.of(("k1", KEY))
CODEC = Codec(Record)
LINES = Codec(Line)
Sent = tuple[Command | o.Order, Actor]


class Broken(AssertionError):
    """A promise was broken."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a replica was like when it was looked at last."""

    state: RoomState
    position: Position


class Auditor:
    """The fold of one room's log, and what was asked and answered."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        shelf.on_append = self.appended
        self.epoch = ""
        self.states: list[RoomState] = [EMPTY]
        self.records: list[Record] = []
        self.sent: dict[tuple[str, CommandId], Sent] = {}
        self.uses: dict[tuple[str, int], int] = {}
        self.redemptions: dict[str, int] = {}
        self.kept: dict[tuple[str, CommandId], int] = {}
        """In which record each command is."""
        self.settled = 0
        self.shown = 0
        self.problem: Exception | None = None
        self._trace = hashlib.blake2b(digest_size=12)
        self._replicas: dict[Room, Known] = {}
        self._rosters: dict[int, Roster] = {}

    # --- the trace -------------------------------------------------------------------------

    def note(self, *what: object) -> None:
        """Write something into the trace, with its time."""
        self._trace.update(repr((self.shelf.loop.now, *what)).encode())

    @property
    def trace(self) -> str:
        """The digest of everything that has happened."""
        return self._trace.hexdigest()

    def fail(self, problem: Exception) -> None:
        """Remember the first thing that went wrong; the run ends with the present step."""
        if self.problem is None:
            self.problem = problem

    # --- the log ---------------------------------------------------------------------------

    @property
    def head(self) -> RoomState:
        return self.states[-1]

    @property
    def version(self) -> int:
        return len(self.records)

    def appended(self, room: RoomId, position: Position, payloads: Sequence[bytes]) -> None:
        """Read what was just appended, as whoever opens the room will."""
        try:
            self._read(room, position, payloads)
        except Exception as problem:  # noqa: BLE001 - it ends the run
            self.fail(problem)

    def _read(self, room: RoomId, position: Position, payloads: Sequence[bytes]) -> None:
        self.epoch = self.epoch or position.epoch
        assert position == Position(self.epoch, self.version + len(payloads)), "not dense"
        for payload in payloads:
            place = Place(Kind.RECORD, room, self.version + 1)
            content = unpack(place, payload)
            keys = self._keys(sealed.owner for sealed in content.sealed)
            record = CODEC.decode(content.body, [unseal(one, keys) for one in content.sealed])
            self.note(self.version + 1, record)
            self._follow(record)

    def _follow(self, record: Record) -> None:
        before = self.head
        after = evolve_record(before, record)
        check_step(before, record, after)
        check_state(after)
        self._check_uses(before, record)
        self._check_once(record)
        wish, actor = self._wish_of(record)
        check_grants(before, wish, actor, after)
        self.states.append(after)
        self.records.append(record)

    def _check_uses(self, before: RoomState, record: Record) -> None:
        """Count uses anew, from the events alone."""
        for event in record.events:
            match event:
                case e.GuestLinkUsed(is_return=False, link_id=link_id):
                    link = before.links[link_id]
                    used = self.uses.get((link_id, link.generation), 0) + 1
                    self.uses[link_id, link.generation] = used
                    assert link.max_uses is None or used <= link.max_uses, "a use too many"
                case e.InvitationRedeemed(is_return=False, invitation_id=one):
                    times = self.redemptions.get(one, 0) + 1
                    self.redemptions[one] = times
                    limit = before.invitations[one].max_uses
                    assert limit is None or times <= limit, "a redemption too many"
                case e.InvitationDeviceReset(invitation_id=one):
                    # Whoever is bound gives the use back; the next device needs it.
                    if before.invitations[one].device_id is not None:
                        self.redemptions[one] = max(0, self.redemptions.get(one, 0) - 1)
                case e.InvitationUpdated(invitation=invitation):
                    self.redemptions[invitation.id] = invitation.uses
                case _:
                    pass

    def _check_once(self, record: Record) -> None:
        if record.cause is not None:
            name = (record.cause.actor, record.cause.command_id)
            assert name not in self.kept, f"{name} has had a second effect"
            assert name in self.sent, f"nobody has asked for {name}"
            self.kept[name] = self.version + 1

    def _wish_of(self, record: Record) -> Sent:
        """Find out what a record answers; what is no command is known by its events."""
        if record.cause is not None:
            return self.sent[record.cause.actor, record.cause.command_id]
        for event in record.events:
            if isinstance(event, e.InvitationRedeemed):
                order = o.RedeemInvitation(invitation_id=event.invitation_id, generation=1)
                return order, SERVER
        return (o.LookAtClock() if not record.by else o.EnterAsAccount()), SERVER

    # --- what was answered -----------------------------------------------------------------

    def asks(self, wish: Command | o.Order, actor: Actor, command_id: CommandId | None) -> None:
        """Note a question under way."""
        if command_id is not None:
            self.sent[actor.key, command_id] = (wish, actor)

    def answered(
        self,
        wish: Command | o.Order,
        actor: Actor,
        command_id: CommandId | None,
        outcome: Outcome,
        since: int = 0,
    ) -> None:
        """Hold an answer to the log, in the moment in which it is given.

        Args:
            since: which version the node knew when it was asked.
        """
        self.note(actor.key, command_id, outcome)
        try:
            if isinstance(outcome, Settled):
                self.settled += 1
                self._check_settled(wish, actor, command_id, outcome, since)
            else:
                assert outcome.code != "internal", f"a fault of ours: {wish!r}"
        except Exception as problem:  # noqa: BLE001 - it ends the run
            self.fail(problem)

    def _check_settled(
        self,
        wish: Command | o.Order,
        actor: Actor,
        command_id: CommandId | None,
        outcome: Settled,
        since: int,
    ) -> None:
        assert outcome.version <= self.version, "acknowledged, and not in the log"
        if isinstance(wish, o.OpenConnection):
            found = self.states[outcome.version].participants.get(wish.participant_id)
            opened = [
                event
                for record in self.records[: outcome.version]
                for event in record.events
                if isinstance(event, e.ConnectionOpened)
                and event.connection.id == wish.connection_id
            ]
            assert found is not None
            assert opened, "a connection is open, and not in the log"
            return
        if command_id is None:
            return
        known = self.kept.get((actor.key, command_id))
        if known is not None:
            assert known <= outcome.version, "acknowledged before it was written"
            return
        # Nothing was written, so there was a moment at which there was nothing to write.
        for version in range(outcome.version, since - 1, -1):
            decided = decide(self.states[version], wish, actor, self._env())
            if isinstance(decided, Decided) and not decided.events:
                return
        raise Broken(f"acknowledged and lost: {wish!r} of {actor.key}")

    def _env(self) -> Env:
        now = self.records[-1].at if self.records else 0
        return Env(room=RoomId("e_room"), now=now, seed=bytes(16), person_key=KEY)

    # --- what nodes know and show ----------------------------------------------------------

    def check_replica(self, name: str, room: Room) -> None:
        """Hold a node's copy to the log whenever it has changed."""
        replica, known = room.replica, self._replicas.get(room)
        state, position = replica.state, replica.position
        if known is not None and known.state is state and known.position == position:
            return
        self._replicas[room] = Known(state, position)
        if not position.version:
            assert state == EMPTY
            return
        assert position.epoch == self.epoch, f"{name} follows another log"
        assert position.version <= self.version, f"{name} is ahead of the log"
        if known is not None:
            assert position.version >= known.position.version, f"{name} went back"
        wanted = self.states[position.version]
        assert state == wanted, f"{name} differs at {position.version}: {_unlike(state, wanted)}"
        check_roster(replica.roster, state)

    def view_at(self, version: int, audience: Audience, window: Window, now: int) -> View:
        """Make the view of a moment anew."""
        roster = self._rosters.get(version)
        if roster is None:
            self._rosters = {version: Roster(self.states[version])}
            roster = self._rosters[version]
        return look(self.states[version], roster, audience, window, now)

    def check_shown(
        self, view: View, version: int, audience: Audience, window: Window, now: int
    ) -> None:
        """Hold what somebody sees to the log."""
        self.shown += 1
        wanted = self.view_at(version, audience, window, now)
        assert view == wanted, f"a view differs at {version}: {_unlike(view, wanted)}"
        check_marks(view, audience)

    def check_end(self) -> None:
        """See that everything that was appended is still there, in its place."""
        head = sqlite_log.head_of(self.shelf.connection, RoomId("e_room"))
        assert head == Position(self.epoch, self.version)
        assert find_break(self._lines(), self.head.audit, 0) is None, "the audit log is broken"

    def _lines(self) -> list[Line]:
        """Read the audit log from the bytes that are kept."""
        rows = sqlite_values.scan(self.shelf.connection, AUDIT, 0, "", 100_000)
        lines = []
        for _, row in rows:
            sealed, body = msgpack.unpackb(row)
            people = [checked(one) for one in sealed]
            keys = self._keys(one.owner for one in people)
            lines.append(LINES.decode(body, [unseal(one, keys) for one in people]))
        return lines

    def _keys(self, owners: Iterable[PersonId]) -> dict[PersonId, SecretKey | None]:
        wanted = list(owners)
        stored = sqlite_values.get_many(self.shelf.connection, TABLE, wanted, 0)
        return {PersonId(one): MASTER.unwrap(value, one) for one, value in stored.items()}


def _unlike(one: object, other: object) -> dict[str, Any]:
    """Name what is not the same, with both values."""
    names = [field.name for field in fields(RoomState)]
    if isinstance(one, View):
        names = list(View.model_fields)
    both = {name: (getattr(one, name), getattr(other, name)) for name in names}
    return {name: (left, right) for name, (left, right) in both.items() if left != right}
