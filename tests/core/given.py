"""The grammar of the core's tests: given wishes, when a wish, then events or a refusal.

A `Story` is one room with a clock and ids of its own, so that it goes the same way each time.
At every step it holds the room to `tests.core.invariants`.

    story = Story()
    story.when(story.guest, c.RaiseHand()).then(e.HandRaised(participant_id=story.guest.id))
    story.when(story.guest, c.EndSession()).then_refused(ErrorCode.NOT_ALLOWED)
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from protocol import commands as c
from protocol.commands import Command
from protocol.errors import ErrorCode
from protocol.ids import (
    AccountId,
    CommandId,
    ConnectionId,
    DeviceId,
    InvitationId,
    LinkId,
    NodeId,
    ParticipantId,
    RoomId,
    SessionId,
)
from protocol.roles import (
    EntryKind,
    Gate,
    InvitationType,
    Part,
    Presence,
    Role,
    SessionState,
    StagePlace,
)
from protocol.settings import EntrySettings
from server.core import orders as o
from server.core.actors import (
    SERVER,
    AccountActor,
    Actor,
    ParticipantActor,
    PlatformActor,
    VisitorActor,
)
from server.core.chain import Line
from server.core.decide import Env, Rejected, Step, step
from server.core.events import Event
from server.core.evolve import evolve_record
from server.core.notices import notices
from server.core.orders import Order
from server.core.person import Person, person_id
from server.core.record import Record
from server.core.roster import Roster
from server.core.rules.admission import opening_at
from server.core.rules.erasure import erasing_at
from server.core.state import (
    EMPTY,
    Entry,
    GuestLink,
    Invitation,
    Participant,
    RoomState,
    Session,
)
from server.core.touched import touched
from tests.core import invariants

ROOM = RoomId("e_algebra")
PERSON_KEY = b"the key that person ids come from"
NOON = 1_800_000_000_000
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000

PLATFORM = PlatformActor(key_id="key_1")

DOORS = (
    o.RedeemGuestLink,
    o.OpenInvitation,
    o.RedeemInvitation,
    o.IssueCode,
    o.EnterAsAccount,
)
"""Orders that somebody at a door causes; the server itself makes the others."""

E = TypeVar("E", bound=Event)


@dataclass(eq=False)
class Someone:
    """A person with a device, perhaps an account and, once let in, a participant.

    Args:
        known_as: the participant that their tickets are for.
    """

    story: "Story" = field(repr=False)
    name: str
    email: str
    device: DeviceId
    account_id: AccountId | None = None
    known_as: ParticipantId | None = None
    connections: list[ConnectionId] = field(default_factory=list)

    @property
    def id(self) -> ParticipantId:
        """Their participant, which exists."""
        assert self.known_as is not None, f"{self.name} has not come yet"
        return self.known_as

    @property
    def now(self) -> Participant:
        """What the room says of them now."""
        return self.story.state.participants[self.id]

    # Methods and not properties, because a test looks at them again after something happened.

    def role(self) -> Role:
        return self.now.role

    def gate(self) -> Gate | None:
        return self.now.gate

    def presence(self) -> Presence:
        return self.now.presence

    def stage(self) -> StagePlace:
        return self.now.stage

    @property
    def person(self) -> Person:
        return Person(person_id(self.email, PERSON_KEY), self.name, self.email)

    @property
    def inside(self) -> ParticipantActor:
        """Acting through a connection."""
        connection = self.connections[-1] if self.connections else ConnectionId("k_none")
        return ParticipantActor(participant_id=self.id, connection_id=connection)

    @property
    def account(self) -> AccountActor:
        """Acting on a page outside the room."""
        assert self.account_id is not None, f"{self.name} has no account"
        return AccountActor(account_id=self.account_id, person=self.person)

    @property
    def at_the_door(self) -> VisitorActor:
        """A device with its cookie."""
        person = self.person if self.account_id is not None else None
        return VisitorActor(device_id=self.device, account_id=self.account_id, person=person)

    def as_actor(self, wish: Command | Order) -> Actor:
        """Choose in which part they ask for something."""
        if isinstance(wish, DOORS):
            return self.at_the_door
        if self.known_as is not None:
            return self.inside
        return self.account if self.account_id is not None else self.at_the_door


@dataclass(frozen=True)
class Answer:
    """What came of a wish."""

    wish: Command | Order
    step: Step
    told: tuple[tuple[ParticipantId, Any], ...]

    @property
    def events(self) -> tuple[Event, ...]:
        record = self.step.record
        return record.events if record is not None and self.step.rejected is None else ()

    @property
    def facts(self) -> tuple[Event, ...]:
        """What was recorded although the answer is no."""
        return self.step.rejected.facts if self.step.rejected else ()

    @property
    def result(self) -> dict[str, Any]:
        return self.step.result

    @property
    def code(self) -> ErrorCode | None:
        return self.step.rejected.code if self.step.rejected else None

    def then(self, *events: Event) -> "Answer":
        """Exactly these events, in this order."""
        self.granted()
        assert self.events == events
        return self

    def then_a(self, *kinds: type) -> "Answer":
        """Events of exactly these kinds, in this order."""
        self.granted()
        assert tuple(type(event) for event in self.events) == kinds
        return self

    def then_among(self, *events: Event) -> "Answer":
        """These events, and perhaps others."""
        self.granted()
        for event in events:
            assert event in self.events
        return self

    def then_nothing(self) -> "Answer":
        """Granted, and nothing happened."""
        self.granted()
        assert self.step.record is None
        return self

    def then_refused(self, code: ErrorCode, where: str | None = None) -> "Answer":
        """Refused with this code; nothing happened but perhaps facts about the try."""
        assert self.step.rejected is not None, f"granted: {self.events}"
        assert self.step.rejected == Rejected(code=code, where=where, facts=self.facts)
        assert self.step.result == {}
        return self

    def granted(self) -> "Answer":
        assert self.step.rejected is None, f"{self.wish}: {self.step.rejected}"
        return self

    def of(self, kind: type[E]) -> E:
        """The one event of a kind."""
        found = [event for event in self.events if isinstance(event, kind)]
        assert len(found) == 1, f"{len(found)} of {kind.__name__}"
        return found[0]

    def has(self, kind: type) -> bool:
        return any(isinstance(event, kind) for event in self.events)


class Story:
    """One room, from its making on.

    Args:
        is_open: the host has come, and has started the session.
        is_checked: hold every step to the invariants, which costs as much as the room is large.
        settings: of the entry.
    """

    def __init__(
        self,
        kind: EntryKind = EntryKind.ROOM,
        *,
        starts_at: int | None = None,
        ends_at: int | None = None,
        is_open: bool = True,
        is_checked: bool = True,
        **settings: Any,
    ) -> None:
        self.state: RoomState = EMPTY
        self.now = NOON
        self.records: list[Record] = []
        self.lines: list[Line] = []
        """The audit log."""
        self.inside: set[ParticipantId] = set()
        """Who is inside, by what was announced to the outside."""
        self.roster = Roster(EMPTY)
        self._is_checked = is_checked
        self._count = 0
        self.owner = self.someone("Olga Owner", account=True)
        create = c.CreateEntry(
            kind=kind,
            name="Algebra",
            starts_at=starts_at,
            ends_at=ends_at,
            settings=EntrySettings(**settings),
        )
        self.when(self.owner.account, create).granted()
        if is_open:
            self.comes(self.owner)
            if kind.is_live:
                self.when(self.owner, c.StartSession()).granted()

    # --- asking ----------------------------------------------------------------------------

    def when(
        self,
        who: Someone | Actor,
        wish: Command | Order,
        command_id: str | None = None,
    ) -> Answer:
        """Ask for something, and hold the room to the invariants afterwards."""
        actor = who.as_actor(wish) if isinstance(who, Someone) else who
        before = self.state
        done = step(
            before,
            wish,
            actor,
            self.env(),
            CommandId(command_id) if command_id is not None else None,
        )
        told: tuple[tuple[ParticipantId, Any], ...] = ()
        if done.record is not None:
            told = tuple(notices(before, done.record))
        else:
            assert done.state == before, "something changed that is in no record"
        self._follow(wish, actor, done)
        return Answer(wish, done, told)

    def given(self, who: Someone | Actor, *wishes: Command | Order) -> "Story":
        """Ask for several things, each of which is granted."""
        for wish in wishes:
            self.when(who, wish).granted()
        return self

    def env(self) -> Env:
        """What the next decision gets from outside."""
        self._count += 1
        return Env(
            room=ROOM, now=self.now, seed=self._count.to_bytes(16, "big"), person_key=PERSON_KEY
        )

    def _follow(self, wish: Command | Order, actor: Actor, done: Step) -> None:
        before, record = self.state, done.record
        self.state = done.state
        if record is None:
            return
        self.records.append(record)
        self.lines += done.audit
        found = touched(before, record.events)
        self.roster.advance(self.state, found)
        if self._is_checked:
            invariants.check_step(before, record, self.state)
            invariants.check_state(self.state)
            invariants.check_roster(self.roster, self.state)
            invariants.check_touched(before, found, self.state)
            self.inside = invariants.check_announced(self.inside, before, record, self.state)
            invariants.check_grants(before, wish, actor, self.state)
            invariants.check_audit(before, done.audit, self.state)

    # --- the clock -------------------------------------------------------------------------

    def passes(self, ms: int) -> None:
        """Let time pass, and everything come due in its order."""
        until = self.now + ms
        while (moment := self._next_moment()) is not None and moment <= until:
            self.now = max(self.now, moment)
            self.when(SERVER, o.LookAtClock(participant_ids=tuple(self._due()))).granted()
        self.now = until

    def _next_moment(self) -> int | None:
        moments = [p.expires_at for p in self.state.participants.values() if p.expires_at]
        session = self.session
        clocks = (session.host_absent_ends_at, opening_at(self.state), erasing_at(self.state))
        moments += [at for at in clocks if at]
        return min(moments, default=None)

    def _due(self) -> Iterator[ParticipantId]:
        for participant in self.state.participants.values():
            if participant.expires_at is not None and participant.expires_at <= self.now:
                yield participant.id

    # --- what there is ---------------------------------------------------------------------

    @property
    def session(self) -> Session:
        assert self.state.session is not None
        return self.state.session

    def life(self) -> SessionState:
        return self.session.state

    @property
    def entry(self) -> Entry:
        assert self.state.entry is not None
        return self.state.entry

    def link(self, link_id: LinkId) -> GuestLink:
        return self.state.links[link_id]

    def invitation(self, invitation_id: InvitationId) -> Invitation:
        return self.state.invitations[invitation_id]

    # --- people ----------------------------------------------------------------------------

    def someone(
        self,
        name: str,
        *,
        account: bool = False,
        email: str | None = None,
        device: DeviceId | None = None,
    ) -> Someone:
        """Make up a person, who has nothing to do with the room yet."""
        handle = name.lower().replace(" ", ".")
        return Someone(
            story=self,
            name=name,
            email=email if email is not None else f"{handle}@school.example",
            device=device if device is not None else DeviceId(f"d_{handle}"),
            account_id=AccountId(f"a_{handle}") if account else None,
        )

    @cached_property
    def host(self) -> Someone:
        """The owner, inside."""
        if self.owner.known_as is None:
            self.comes(self.owner)
        return self.owner

    @cached_property
    def moderator(self) -> Someone:
        """Somebody invited as moderator, inside."""
        return self.invited("Mona Moderator", InvitationType.MODERATOR)

    @cached_property
    def speaker(self) -> Someone:
        """Somebody invited as speaker, inside."""
        return self.invited("Sam Speaker", InvitationType.SPEAKER)

    @cached_property
    def viewer(self) -> Someone:
        """Somebody invited as viewer, inside."""
        return self.invited("Vera Viewer", InvitationType.VIEWER)

    @cached_property
    def guest(self) -> Someone:
        """Somebody inside by a guest link."""
        return self.came("Gus Guest", self.open_link)

    @cached_property
    def open_link(self) -> LinkId:
        """A guest link without limits."""
        return self.makes_link()

    @cached_property
    def invitee(self) -> Someone:
        """Somebody invited as speaker who has not come."""
        someone = self.someone("Ina Invitee")
        self.invites(someone, InvitationType.SPEAKER)
        return someone

    def invited(self, name: str, kind: InvitationType, **more: Any) -> Someone:
        """Let somebody be invited, redeem and connect."""
        someone = self.someone(name, **more)
        self.invites(someone, kind)
        self.comes(someone)
        return someone

    def came(self, name: str, link_id: LinkId, **more: Any) -> Someone:
        """Let a guest redeem a link and connect."""
        someone = self.someone(name, **more)
        self.redeems(someone, link_id).granted()
        self.connects(someone)
        return someone

    def collaborator(self, name: str, part: Part) -> Someone:
        """Let somebody have a part in the entry, without coming."""
        someone = self.someone(name, account=True)
        assert someone.account_id is not None
        self.given(
            PLATFORM,
            o.GrantPart(
                account_id=someone.account_id, name=someone.name, email=someone.email, part=part
            ),
        )
        return someone

    # --- doors -----------------------------------------------------------------------------

    def makes_link(self, name: str = "Class", **limits: Any) -> LinkId:
        """Make a guest link that works."""
        self.given(self.owner.account, c.SetGuestAccess(is_on=True))
        made = self.when(self.owner.account, c.CreateGuestLink(name=name, **limits)).granted()
        return LinkId(made.result["link_id"])

    def redeems(
        self,
        someone: Someone,
        link_id: LinkId,
        *,
        generation: int | None = None,
        is_return: bool = False,
        consent: str = "",
    ) -> Answer:
        """Complete the guest's form, or return."""
        wish = o.RedeemGuestLink(
            link_id=link_id,
            generation=self.link(link_id).generation if generation is None else generation,
            name="" if is_return else someone.name,
            email="" if is_return else someone.email,
            consent=consent,
            is_return=is_return,
        )
        return self._takes_ticket(someone, self.when(someone.at_the_door, wish))

    def invites(
        self, someone: Someone, kind: InvitationType = InvitationType.VIEWER, **more: Any
    ) -> InvitationId:
        """Invite somebody by the owner."""
        first, _, last = someone.name.partition(" ")
        invitee = c.Invitee(email=someone.email, first_name=first, last_name=last)
        wish = c.Invite(invitees=(invitee,), invitation_type=kind, **more)
        made = self.when(self.owner.account, wish).granted()
        return InvitationId(made.result["invitation_ids"][0])

    def invitation_of(self, someone: Someone) -> Invitation:
        return self.invitation(self.state.invited[someone.person.id])

    def accepts(
        self,
        someone: Someone,
        *,
        email: str | None = "",
        code: str | None = None,
        generation: int | None = None,
        inside: ParticipantId | None = None,
        invitation_id: InvitationId | None = None,
    ) -> Answer:
        """Redeem an invitation with the typed e-mail (None: let account or device speak)."""
        if invitation_id is None:
            invitation_id = self.invitation_of(someone).id
        known = self.invitation(invitation_id)
        wish = o.RedeemInvitation(
            invitation_id=invitation_id,
            generation=known.generation if generation is None else generation,
            email=someone.email if email == "" else email,
            code_digest=code,
            inside=inside,
        )
        return self._takes_ticket(someone, self.when(someone.at_the_door, wish))

    def enters(self, someone: Someone) -> Answer:
        """Enter from the media page, signed in."""
        return self._takes_ticket(someone, self.when(someone.at_the_door, o.EnterAsAccount()))

    def _takes_ticket(self, someone: Someone, answer: Answer) -> Answer:
        if answer.code is None:
            someone.known_as = ParticipantId(answer.result["participant_id"])
        return answer

    def comes(self, someone: Someone) -> Someone:
        """Let somebody in by account or invitation, and connect."""
        known = self.state.invited.get(someone.person.id)
        if known is not None and someone.account_id is None:
            self.accepts(someone).granted()
        else:
            self.enters(someone).granted()
        self.connects(someone)
        return someone

    # --- connections -----------------------------------------------------------------------

    def opens(
        self,
        someone: Someone,
        *,
        connection: str | None = None,
        node: str = "n_1",
        device: DeviceId | None = None,
        session_id: SessionId | None = None,
    ) -> Answer:
        """Try to open a socket with the ticket of somebody."""
        self._count += 1
        connection_id = ConnectionId(connection or f"k_{self._count}")
        wish = o.OpenConnection(
            session_id=session_id if session_id is not None else self.session.id,
            participant_id=someone.id,
            connection_id=connection_id,
            node_id=NodeId(node),
            device_id=device if device is not None else someone.device,
        )
        answer = self.when(SERVER, wish)
        if answer.code is None:
            someone.connections.append(connection_id)
        return answer

    def connects(self, someone: Someone, **more: Any) -> ConnectionId:
        """Open a socket."""
        self.opens(someone, **more).granted()
        return someone.connections[-1]

    def closes(self, someone: Someone, connection_id: ConnectionId | None = None) -> Answer:
        """Lose a socket: the newest one unless told which."""
        gone = someone.connections[-1] if connection_id is None else connection_id
        if gone in someone.connections:
            someone.connections.remove(gone)
        return self.when(SERVER, o.CloseConnections(closed=((someone.id, gone),)))

    def loses(self, someone: Someone) -> None:
        """Lose every socket."""
        for connection_id in list(someone.connections):
            self.closes(someone, connection_id).granted()

    def leaves(self, someone: Someone) -> None:
        """Leave on purpose."""
        self.given(someone.inside, c.Leave())
        someone.connections.clear()

    def ends(self) -> None:
        """End the session by the owner."""
        self.given(self.owner.account, c.EndSession())

    def starts(self) -> None:
        """Start the session by the owner."""
        self.given(self.owner.account, c.StartSession())


def replayed(records: list[Record]) -> RoomState:
    """Fold a log from its beginning."""
    state = EMPTY
    for record in records:
        state = evolve_record(state, record)
    return state
