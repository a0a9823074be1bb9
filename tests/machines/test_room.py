"""Whole sessions at random: anybody asks for anything, doors and sockets in any order.

After every step the story holds the room to `tests.core.invariants`; the machine adds what is
seen: views by audience, and the way from one view to the next.
"""

from collections.abc import Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from protocol import commands as c
from protocol.commands import Command
from protocol.deltas import apply
from protocol.ids import (
    ConnectionId,
    DeviceId,
    InvitationId,
    LinkId,
    NodeId,
    ParticipantId,
    SessionId,
)
from protocol.model import Wire
from protocol.roles import EntryKind, InvitationType, Part, SessionState, StagePlace
from protocol.views import View, Window
from server.core import orders as o
from server.core.actors import SERVER, Actor
from server.core.attendance import attendance_of
from server.core.audience import Audience
from server.core.diff import diff
from server.core.roster import Roster
from server.core.touched import touched
from tests.core.given import HOUR, MINUTE, NOON, PLATFORM, SECOND, Someone, Story, replayed
from tests.core.seen import (
    A_PEEK,
    AUDIENCES,
    EVERYTHING,
    check_bytes,
    check_marks,
    delta,
    emails,
    look,
    snapshot,
)
from tests.core.wishes import COMMANDS, SETTINGS, Known, a_command

WINDOWS = (EVERYTHING, A_PEEK, Window(search="a"))
BATCH = 5
"""Records that a node may commit, or read, at once."""
WHO = st.integers(0, 9)
COLLABORATORS, INVITED = (0, 1, 2), (3, 4, 5, 9)

OWN: tuple[type[Command], ...] = (
    c.RaiseHand, c.LowerHand, c.RequestStage, c.WithdrawStageRequest, c.AnswerStageOffer,
    c.JoinStage, c.JoinStage, c.LeaveStage, c.SetMicrophone, c.SetMicrophone, c.SetCamera,
    c.Rename, c.Leave,
)  # fmt: skip
ON_PEOPLE: tuple[type[Command], ...] = (
    c.SetRole, c.SetRole, c.SetRights, c.SetRights, c.UndoRole, c.Rename, c.Remove, c.Block,
    c.Unblock, c.Readmit, c.OfferStage, c.OfferStage, c.RevokeStageOffer, c.RemoveFromStage,
    c.DeclineStageRequest, c.Mute, c.RequestUnmute, c.TurnCameraOff, c.LowerHand, c.SendBack,
    c.Admit, c.Decline,
)  # fmt: skip
ON_SESSION: tuple[type[Command], ...] = (
    c.StartSession, c.SetLock, c.AdmitAll, c.MessageWaiting, c.ClearHands, c.UndoClearHands,
    c.SetStageMode, c.MuteAll, c.TurnCamerasOff, c.SetHardMute,
)  # fmt: skip
ON_DOORS: tuple[type[Command], ...] = (
    c.SetGuestAccess, c.CreateGuestLink, c.EditGuestLink, c.PauseGuestLink, c.ExtendGuestLink,
    c.RegenerateGuestLink, c.DeleteGuestLink, c.RevokeGuestLink, c.Invite, c.ResendInvitation,
    c.ChangeInvitation, c.ExtendInvitation, c.ResetInvitationDevice, c.RevokeInvitation,
)  # fmt: skip
ON_ENTRY: tuple[type[Command], ...] = (
    c.EditEntry, c.EditSettings, c.SetCollaborator, c.RemoveCollaborator, c.EndSession,
)  # fmt: skip
ANYTHING = COMMANDS


class Room(RuleBasedStateMachine):
    """One entry, ten people with what they could have, and everything they could do."""

    @initialize(
        kind=st.sampled_from(
            [EntryKind.ROOM, EntryKind.LIVE_EVENT, EntryKind.ROOM, EntryKind.QUIZ]
        ),
        given=SETTINGS,
        is_open=st.sampled_from([True, True, True, False]),
        present=st.lists(st.booleans(), min_size=10, max_size=10),
    )
    def begin(
        self, kind: EntryKind, given: dict[str, Any], is_open: bool, present: list[bool]
    ) -> None:
        story = Story(kind, is_open=is_open, starts_at=NOON + HOUR, **given)
        self.story = story
        low, high = (
            (InvitationType.SPEAKER, InvitationType.MODERATOR)
            if kind.is_live
            else (InvitationType.VIEWER, InvitationType.COLLABORATOR)
        )
        invited = [story.someone("Mona"), story.someone("Sam"), story.someone("Vera", account=True)]
        for someone, what in zip(invited, (high, low, InvitationType.VIEWER), strict=True):
            story.invites(someone, what)
        shared = DeviceId("d_shared")
        self.cast: list[Someone] = [
            story.owner,
            story.collaborator("Cora", Part.CO_OWNER),
            story.collaborator("Paul", Part.CO_PUBLISHER),
            *invited,
            story.someone("Gus"),
            story.someone("Gina", device=shared),
            story.someone("Gil", device=shared),
            # The same address as somebody invited, in the hands of somebody else.
            story.someone("Eve", email=invited[0].email),
        ]
        self.sockets: list[tuple[ParticipantId, ConnectionId]] = []
        self.tickets: list[tuple[ParticipantId, SessionId, DeviceId]] = []
        self.codes: list[str] = []
        self.views: dict[tuple[Audience, int], View] = {}
        self.behind = (len(story.records), story.state, Roster(story.state))
        story.makes_link("Class", uses=4)
        story.makes_link("Parents", needs_approval=True)
        for who, comes in enumerate(present):
            if comes:
                self.somebody_comes(who, 0)

    # --- coming and going ------------------------------------------------------------------

    @rule(who=WHO, link=st.integers(0, 2))
    def somebody_comes(self, who: int, link: int) -> None:
        """By the door that is theirs, and on to the room."""
        someone = self.cast[who]
        links = sorted(self.story.state.links)
        if who in COLLABORATORS:
            self._redeems(someone, o.EnterAsAccount())
        elif who in INVITED:
            self._redeems(someone, self._acceptance(someone, someone.email))
        elif links:
            self._redeems(someone, self._form(someone, LinkId(links[link % len(links)])))
        if self.tickets and someone.known_as == self.tickets[-1][0]:
            self.a_socket_opens(0, None)

    def _form(self, someone: Someone, link_id: LinkId, *, is_return: bool = False) -> o.Order:
        link = self.story.state.links.get(link_id)
        return o.RedeemGuestLink(
            link_id=link_id,
            generation=link.generation if link else 1,
            name=someone.name,
            email=someone.email,
            is_return=is_return,
        )

    def _acceptance(
        self, someone: Someone, email: str | None, code: str | None = None, *, inside: bool = False
    ) -> o.Order:
        known = self.story.state.invitations.get(
            self.story.state.invited.get(someone.person.id, InvitationId("i_none"))
        )
        return o.RedeemInvitation(
            invitation_id=known.id if known else InvitationId("i_none"),
            generation=known.generation if known else 1,
            email=email,
            code_digest=code,
            inside=someone.known_as if inside else None,
        )

    def _redeems(self, someone: Someone, wish: o.Order) -> None:
        answer = self.story.when(someone.at_the_door, wish)
        if answer.code is None:
            someone.known_as = ParticipantId(answer.result["participant_id"])
            self.tickets.append((someone.id, self.story.session.id, someone.device))

    @rule(who=WHO, which=st.integers(0, 3), is_return=st.booleans())
    def somebody_uses_a_guest_link(self, who: int, which: int, is_return: bool) -> None:
        links = [*sorted(self.story.state.links), LinkId("l_none")]
        someone = self.cast[who]
        self._redeems(someone, self._form(someone, links[which % len(links)], is_return=is_return))
        if self.tickets:
            self.a_socket_opens(0, None)

    @rule(
        who=WHO,
        whose=st.sampled_from([3, 4, 5, 9]),
        email=st.sampled_from(["own", "right", "right", "none"]),
        is_inside=st.booleans(),
        code=st.integers(0, 3),
    )
    def somebody_uses_an_invitation(
        self, who: int, whose: int, email: str, is_inside: bool, code: int
    ) -> None:
        someone, invited = self.cast[who], self.cast[whose]
        known = self.story.state.invited.get(invited.person.id, InvitationId("i_none"))
        invitation = self.story.state.invitations.get(known)
        wish = o.RedeemInvitation(
            invitation_id=known,
            generation=invitation.generation if invitation else 1,
            email={"own": someone.email, "right": invited.email}.get(email),
            code_digest=self.codes[-code] if 0 < code <= len(self.codes) else None,
            inside=someone.known_as if is_inside else None,
        )
        self._redeems(someone, wish)
        if self.tickets:
            self.a_socket_opens(0, None)

    @rule(who=WHO, whose=st.sampled_from([3, 4, 5]), is_opened=st.booleans())
    def somebody_opens_the_lobby(self, who: int, whose: int, is_opened: bool) -> None:
        invited = self.cast[whose]
        known = self.story.state.invited.get(invited.person.id)
        if known is None:
            return
        generation = self.story.state.invitations[known].generation
        if is_opened:
            wish = o.OpenInvitation(invitation_id=known, generation=generation)
            self.story.when(self.cast[who].at_the_door, wish)
            return
        digest = f"digest {len(self.codes)}"
        code = o.IssueCode(
            invitation_id=known, generation=generation, email=invited.email, digest=digest
        )
        if self.story.when(self.cast[who].at_the_door, code).code is None:
            self.codes.append(digest)

    @precondition(lambda self: self.tickets)
    @rule(which=st.integers(0, 20), device=st.sampled_from([None, None, None, "d_shared"]))
    def a_socket_opens(self, which: int, device: str | None) -> None:
        participant_id, session_id, own = self.tickets[-1 - which % len(self.tickets)]
        wish = o.OpenConnection(
            session_id=session_id,
            participant_id=participant_id,
            connection_id=ConnectionId(f"k_{len(self.sockets)}"),
            node_id=NodeId("n_1"),
            device_id=DeviceId(device) if device else own,
        )
        if self.story.when(SERVER, wish).code is None:
            self.sockets.append((participant_id, wish.connection_id))

    @precondition(lambda self: self.sockets)
    @rule(which=st.lists(st.integers(0, 30), min_size=1, max_size=3))
    def sockets_close(self, which: list[int]) -> None:
        closed = tuple(self.sockets[-1 - one % len(self.sockets)] for one in which)
        self.story.when(SERVER, o.CloseConnections(closed=closed)).granted()

    # --- asking ----------------------------------------------------------------------------

    def _people(self, *, are_staff: bool) -> list[Someone]:
        here = [one for one in self.cast if one.known_as in self.story.state.participants]
        return [one for one in here if one.now.is_in and one.role().is_staff >= are_staff]

    def _asks(self, data: st.DataObject, actor: Actor, kinds: tuple[type[Command], ...]) -> None:
        known = Known.of(self.story.state, self.story.now, [one.email for one in self.cast])
        kind = data.draw(st.sampled_from(kinds))
        wish = a_command(data.draw, known, kind)
        number = data.draw(st.integers(0, 30))
        self.story.when(actor, wish, f"c_{number}" if number < 3 else None)

    @precondition(lambda self: self._people(are_staff=False))
    @rule(data=st.data(), who=WHO)
    def somebody_inside_acts_for_themselves(self, data: st.DataObject, who: int) -> None:
        people = self._people(are_staff=False)
        self._asks(data, people[who % len(people)].inside, OWN)

    @precondition(lambda self: self._people(are_staff=True))
    @rule(data=st.data(), who=WHO)
    def staff_act_on_people(self, data: st.DataObject, who: int) -> None:
        people = self._people(are_staff=True)
        self._asks(data, people[who % len(people)].inside, ON_PEOPLE)

    @precondition(lambda self: self._people(are_staff=True))
    @rule(data=st.data(), who=WHO)
    def staff_run_the_session(self, data: st.DataObject, who: int) -> None:
        people = self._people(are_staff=True)
        self._asks(data, people[who % len(people)].inside, ON_SESSION)

    @precondition(lambda self: self._people(are_staff=True))
    @rule(data=st.data(), who=WHO)
    def staff_see_to_the_doors(self, data: st.DataObject, who: int) -> None:
        people = self._people(are_staff=True)
        self._asks(data, people[who % len(people)].inside, ON_DOORS)

    @rule(data=st.data())
    def somebody_does_what_is_next(self, data: st.DataObject) -> None:
        """What chance alone seldom finds: answers to what others have begun."""
        wishes = list(self._next())
        if wishes:
            self.story.when(*data.draw(st.sampled_from(wishes)))

    @rule(data=st.data())
    def staff_answer(self, data: st.DataObject) -> None:
        staff, wishes = self._people(are_staff=True), list(self._answers())
        if staff and wishes:
            actor = data.draw(st.sampled_from(staff)).inside
            self.story.when(actor, data.draw(st.sampled_from(wishes)))

    def _next(self) -> Iterator[tuple[Actor, Command]]:
        for someone in self._people(are_staff=False):
            match someone.stage():
                case StagePlace.OFF:
                    yield someone.inside, c.JoinStage()
                    yield someone.inside, c.RequestStage()
                case StagePlace.OFFERED:
                    yield someone.inside, c.AnswerStageOffer(is_accepted=True)
                    yield someone.inside, c.AnswerStageOffer(is_accepted=False)
                case StagePlace.REQUESTED:
                    yield someone.inside, c.WithdrawStageRequest()
                case StagePlace.ON:
                    yield someone.inside, c.SetMicrophone(is_on=not someone.now.has_microphone_on)
                    yield someone.inside, c.SetCamera(is_on=not someone.now.has_camera_on)
            if someone.now.undo is not None:
                yield someone.inside, c.UndoRole(participant_id=someone.id)

    def _answers(self) -> Iterator[Command]:
        for participant in self.story.state.participants.values():
            one = participant.id
            if participant.kept_out:
                yield c.Readmit(participant_id=one)
            elif participant.gate is not None:
                yield c.Admit(participant_ids=(one,))
                yield c.Decline(participant_ids=(one,))
            elif participant.stage is StagePlace.ON:
                yield c.RemoveFromStage(participant_id=one)
                yield c.Mute(participant_id=one)
                yield c.RequestUnmute(participant_id=one)
                yield c.TurnCameraOff(participant_id=one)
                yield c.MuteAll()
                yield c.TurnCamerasOff()
            elif participant.stage is StagePlace.REQUESTED:
                yield c.OfferStage(participant_id=one, replace=True)
                yield c.DeclineStageRequest(participant_id=one)
            elif participant.undo is not None:
                yield c.UndoRole(participant_id=one)
        for block_id in self.story.state.blocks:
            yield c.Unblock(block_id=block_id)

    @rule(data=st.data(), who=WHO, part=st.sampled_from(["inside", "inside", "account"]))
    def anybody_asks_for_anything(self, data: st.DataObject, who: int, part: str) -> None:
        someone = self.cast[who]
        actor: Actor = someone.at_the_door
        if part == "account" and someone.account_id is not None:
            actor = someone.account
        elif someone.known_as is not None:
            actor = someone.inside
        self._asks(data, actor, ANYTHING)

    @rule(data=st.data(), who=st.integers(0, 5), are_staff=st.booleans())
    def an_account_acts_from_outside(self, data: st.DataObject, who: int, are_staff: bool) -> None:
        someone = self.cast[who]
        if someone.account_id is not None:
            self._asks(data, someone.account, ON_PEOPLE + ON_ENTRY)

    @precondition(lambda self: self.story.session.state is SessionState.ENDED)
    @rule()
    def the_owner_starts_again(self) -> None:
        self.story.when(self.story.owner.account, c.StartSession())

    # --- the world -------------------------------------------------------------------------

    @rule(ms=st.sampled_from([SECOND, 5 * SECOND, 31 * SECOND, MINUTE]))
    def a_moment_passes(self, ms: int) -> None:
        self.story.passes(ms)

    @rule(ms=st.sampled_from([MINUTE, 11 * MINUTE, HOUR, 25 * HOUR]))
    def time_passes(self, ms: int) -> None:
        self.story.passes(ms)

    @rule(ms=st.integers(1, 5_000))
    def the_clock_steps_back(self, ms: int) -> None:
        self.story.now -= ms

    @rule(which=st.integers(0, 4), outcome=st.sampled_from(["sent", "delivered", "bounced"]))
    def a_mail_fares(self, which: int, outcome: str) -> None:
        invitations = sorted(self.story.state.invitations)
        known = self.story.state.invitations[invitations[which % len(invitations)]]
        wish = o.RecordMail(invitation_id=known.id, mail=known.mails, outcome=outcome)
        self.story.when(SERVER, wish).granted()

    @rule(who=st.integers(1, 5), part=st.sampled_from(Part))
    def a_platform_vouches(self, who: int, part: Part) -> None:
        someone = self.cast[who]
        if someone.account_id is not None:
            self.story.when(
                PLATFORM,
                o.GrantPart(
                    account_id=someone.account_id,
                    name=someone.name,
                    email=someone.email,
                    part=part,
                ),
            )

    # --- what is seen ----------------------------------------------------------------------

    @invariant()
    def views_hold_what_their_audience_may_see(self) -> None:
        if not hasattr(self, "story"):
            return
        state, roster, now = self.story.state, self.story.roster, self.story.now
        step = len(self.story.records)
        audience = AUDIENCES[step % len(AUDIENCES)]
        number = step // len(AUDIENCES) % len(WINDOWS)
        view = look(state, roster, audience, WINDOWS[number], now)
        before = self.views.get((audience, number))
        self.views[audience, number] = view
        check_marks(view, audience)
        messages: list[Wire] = [snapshot(view)]
        if before is not None:
            change = diff(before, view)
            if change is not None:
                assert apply(before, change) == view
                messages.append(delta(change))
        if audience is Audience.ROOM:
            for message in messages:
                check_bytes(message, emails(state))

    @invariant()
    def an_index_that_follows_batches_is_right_too(self) -> None:
        if not hasattr(self, "behind"):
            return
        count, before, roster = self.behind
        records = self.story.records[count:]
        if len(records) < BATCH:
            return
        events = [event for record in records for event in record.events]
        roster.advance(self.story.state, touched(before, events))
        roster.check(self.story.state)
        self.behind = (len(self.story.records), self.story.state, roster)

    def teardown(self) -> None:
        if hasattr(self, "story"):
            assert replayed(self.story.records) == self.story.state
            attendance_of(self.story.state, self.story.now)


TestRoom = Room.TestCase
TestRoom.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
