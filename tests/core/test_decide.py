"""One wish, one answer; a retry has no second effect; the same seed decides the same again."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import CommandId
from protocol.roles import InvitationType, Part, Presence, Role
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER
from server.core.decide import RULES, Decided, Rejected, decide, step
from server.core.evolve import CAUSES_KEPT, evolve_record
from server.core.orders import Order
from server.core.person import Person
from server.core.state import EMPTY
from tests.core.given import MINUTE, Story
from tests.core.wishes import COMMANDS, Known, a_command

ORDERS = get_args(Order)


def test_there_is_one_rule_for_every_command_and_order() -> None:
    assert set(RULES) == {*COMMANDS[1:], *ORDERS}
    assert COMMANDS[0] is c.CreateEntry


# --- total ---------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_command_has_an_answer_in_every_room(data: st.DataObject) -> None:
    story = Story(is_checked=False)
    people = (story.host, story.moderator, story.guest)
    before_any = EMPTY
    without_session = replace(story.state, session=None)
    for state in (before_any, without_session, story.state):
        known = Known.of(story.state, story.now, [people[1].email])
        wish = a_command(data.draw, known)
        for someone in people:
            decided = decide(state, wish, someone.inside, story.env())
            assert isinstance(decided, Decided | Rejected)


@pytest.mark.parametrize("kind", ORDERS, ids=lambda kind: kind.__name__)
def test_every_order_has_an_answer_in_a_room_without_an_entry(kind: type[Order]) -> None:
    story = Story()
    values: dict[str, Any] = {
        "link_id": "l_1", "invitation_id": "i_1", "generation": 1, "email": "a@school.example",
        "digest": "d", "session_id": story.session.id, "participant_id": "p_1",
        "connection_id": "k_1", "node_id": "n_1", "device_id": "d_1", "closed": (("p_1", "k_1"),),
        "mail": 1, "outcome": "sent", "account_id": "a_1", "name": "Ada", "part": Part.CO_VIEWER,
        "person_ids": ("p_1",), "form": "csv",
    }  # fmt: skip
    fields = {name: values[name] for name in kind.__slots__ if name in values}
    wish = kind(**fields)
    for actor in (SERVER, story.someone("Gus").at_the_door, story.owner.account):
        assert isinstance(decide(EMPTY, wish, actor, story.env()), Decided | Rejected)


def test_a_command_to_a_room_without_an_entry_finds_nothing() -> None:
    story = Story()
    decided = decide(EMPTY, c.StartSession(), story.owner.account, story.env())
    assert decided == Rejected(code=ErrorCode.NOT_FOUND)


def test_a_room_without_a_session_starts_none() -> None:
    story = Story()
    state = replace(story.state, session=None)
    decided = decide(state, c.StartSession(), story.owner.account, story.env())
    assert decided == Rejected(code=ErrorCode.NOT_FOUND)


def test_doors_do_not_know_the_erased() -> None:
    story = Story()
    guest, viewer = story.guest, story.viewer
    invitation = story.invitation_of(viewer)
    gone = replace(invitation, person=Person(invitation.person.id, is_erased=True))
    visits = {
        key: replace(visit, person=Person(visit.person.id, is_erased=True))
        for key, visit in story.state.visits.items()
    }
    erased = replace(
        story.state,
        invitations=story.state.invitations.set(invitation.id, gone),
        visits=story.state.visits.update(visits),
    )
    accept = o.RedeemInvitation(invitation_id=invitation.id, generation=1, email=viewer.email)
    decided = decide(erased, accept, viewer.at_the_door, story.env())
    assert decided == Rejected(code=ErrorCode.LINK_NOT_FOUND)
    come_back = o.RedeemGuestLink(link_id=story.open_link, generation=1, is_return=True)
    decided = decide(erased, come_back, guest.at_the_door, story.env())
    assert decided == Rejected(code=ErrorCode.NOT_FOUND)


def test_what_happens_to_sockets_and_mails_of_a_deleted_entry_is_still_taken_note_of() -> None:
    story = Story()
    story.given(story.owner.account, c.DeleteEntry())
    for wish in (o.CloseConnections(closed=()), o.LookAtClock()):
        story.when(SERVER, wish).then_nothing()


# --- the same again ------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_decision() -> None:
    story = Story()
    wish = c.CreateGuestLink(name="Class")
    env = story.env()
    first, second = (decide(story.state, wish, story.owner.account, env) for _ in range(2))
    assert first == second


def test_other_seeds_give_ids_that_nobody_can_guess() -> None:
    story = Story()
    ids = [story.makes_link(name) for name in ("One", "Two", "Three")]
    assert len({str(one).partition("_")[2] for one in ids}) == 3
    assert all(len(one) == len("l_") + 24 for one in ids)


def test_a_step_that_is_refused_changes_nothing() -> None:
    story = Story()
    guest = story.guest
    done = step(story.state, c.EndSession(), guest.inside, story.env())
    assert done.record is None
    assert done.state is story.state
    assert done.rejected == Rejected(code=ErrorCode.NOT_ALLOWED)


def test_a_step_leads_where_its_record_leads() -> None:
    story = Story()
    before = story.state
    done = step(before, c.SetLock(is_locked=True), story.host.inside, story.env())
    assert done.record is not None
    assert evolve_record(before, done.record) == done.state
    assert done.record.by == f"participant:{story.host.id}"


def test_only_a_missed_try_is_recorded_with_a_refusal() -> None:
    story = Story(code_on_first_use=True)
    invitee = story.invitee
    known = story.invitation_of(invitee)
    code = o.IssueCode(invitation_id=known.id, generation=1, email=invitee.email, digest="digest")
    story.given(invitee.at_the_door, code)
    answer = story.accepts(invitee, code="guess")
    assert answer.step.record is not None
    assert answer.step.record.events == (e.CodeMissed(invitation_id=known.id),)
    assert answer.step.record.cause is None


# --- retries -------------------------------------------------------------------------------


def test_the_same_command_again_finds_its_first_answer_and_has_no_second_effect() -> None:
    story = Story()
    wish = c.CreateGuestLink(name="Class")
    first = story.when(story.host, wish, "c_1")
    again = story.when(story.host, wish, "c_1").then_nothing()
    assert again.result == first.result
    assert len(story.state.links) == 1


def test_the_same_id_with_another_body_is_refused() -> None:
    story = Story()
    story.when(story.host, c.CreateGuestLink(name="Class"), "c_1").granted()
    for other in (c.CreateGuestLink(name="Other"), c.EndSession()):
        story.when(story.host, other, "c_1").then_refused(ErrorCode.COMMAND_REUSED)


def test_clearing_a_limit_and_leaving_it_as_it_is_are_not_the_same_body() -> None:
    story = Story()
    link = story.makes_link(uses=1)
    leave, clear = (
        c.EditGuestLink(link_id=link, name="Other"),
        c.EditGuestLink(link_id=link, name="Other", uses=None),
    )
    story.when(story.host, leave, "c_1").granted()
    story.when(story.host, clear, "c_1").then_refused(ErrorCode.COMMAND_REUSED)
    assert story.link(link).max_uses == 1


def test_orders_with_one_id_and_other_bodies_are_not_the_same_either() -> None:
    story = Story()
    guest = story.someone("Gus")
    wish = o.RedeemGuestLink(
        link_id=story.open_link, generation=1, name=guest.name, email=guest.email
    )
    story.when(guest.at_the_door, wish, "c_1").granted()
    story.when(guest.at_the_door, wish, "c_1").then_nothing()
    other = replace(wish, email="other@school.example")
    story.when(guest.at_the_door, other, "c_1").then_refused(ErrorCode.COMMAND_REUSED)


def test_the_id_of_a_refused_command_is_free() -> None:
    story = Story()
    guest = story.guest
    story.when(guest, c.SetLock(is_locked=True), "c_1").then_refused(ErrorCode.NOT_ALLOWED)
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.MODERATOR))
    story.when(guest, c.SetLock(is_locked=True), "c_1").granted()


def test_leaving_is_asked_again_after_the_way_back_in_that_a_lost_answer_was() -> None:
    """A client whose line was lost before the answer connects first, and then asks again."""
    story = Story()
    guest = story.guest
    story.when(guest, c.Leave(), "c_1").granted()
    guest.connections.clear()
    story.connects(guest)
    assert guest.presence() is Presence.PRESENT
    story.when(guest, c.Leave(), "c_1").then_a(e.ParticipantLeft)
    assert guest.presence() is Presence.LEFT
    story.when(guest, c.Leave(), "c_1").then_nothing().granted()


def test_two_people_may_use_the_same_id() -> None:
    story = Story()
    story.when(story.host, c.RaiseHand(), "c_1").then_a(e.HandRaised)
    story.when(story.guest, c.RaiseHand(), "c_1").then_a(e.HandRaised)


def test_two_sockets_of_one_person_share_their_ids() -> None:
    story = Story()
    guest = story.guest
    first = guest.inside
    story.connects(guest)
    assert guest.inside != first
    story.when(first, c.RaiseHand(), "c_1").granted()
    story.given(guest, c.LowerHand())
    story.when(guest.inside, c.RaiseHand(), "c_1").then_nothing()
    assert guest.now.hand_raised_at is None


def test_a_retry_works_after_everything_else_has_changed() -> None:
    story = Story()
    guest = story.guest
    answer = story.when(story.host, c.Block(participant_id=guest.id), "c_1")
    story.given(story.host, c.Unblock(block_id=answer.result["block_id"]))
    again = story.when(story.host, c.Block(participant_id=guest.id), "c_1").then_nothing()
    assert again.result == answer.result
    assert not story.state.blocks


def test_so_many_commands_of_one_person_are_remembered_and_no_more() -> None:
    story = Story()
    guest = story.guest
    for number in range(CAUSES_KEPT + 1):
        wish = c.RaiseHand() if number % 2 == 0 else c.LowerHand()
        story.when(guest, wish, f"c_{number}").granted()
    known = story.state.causes[guest.inside.key]
    assert [cause.command_id for cause in known] == [
        CommandId(f"c_{number}") for number in range(1, CAUSES_KEPT + 1)
    ]


def test_a_retry_from_outside_is_recognised_in_the_next_session_too() -> None:
    story = Story()
    account = story.owner.account
    invite = c.Invite(
        invitees=(c.Invitee(email="a@school.example"),), invitation_type=InvitationType.VIEWER
    )
    story.when(account, invite, "c_1").granted()
    story.ends()
    started = story.when(account, c.StartSession(), "c_2").granted()
    story.when(account, invite, "c_1").then_nothing()
    assert story.invitation(next(iter(story.state.invitations))).mails == 1
    again = story.when(account, c.StartSession(), "c_2").then_nothing()
    assert again.result == started.result


def test_what_people_asked_for_in_a_session_is_forgotten_with_it() -> None:
    story = Story()
    story.when(story.guest, c.RaiseHand(), "c_1").granted()
    story.ends()
    story.starts()
    assert set(story.state.causes) <= {story.owner.account.key}


def test_ten_thousand_commands_at_once_leave_one_hand_up() -> None:
    story = Story(is_checked=False)
    guest = story.guest
    for _ in range(10_000):
        story.when(guest, c.RaiseHand(), "c_1")
    assert guest.now.hands == 1


# --- scale ---------------------------------------------------------------------------------


def test_two_thousand_people_join_one_room() -> None:
    story = Story(is_checked=False, capacity=3000)
    link = story.open_link
    for number in range(2000):
        story.came(f"Guest {number}", link)
    assert story.state.places == 2001
    assert story.link(link).uses == 2000
    story.roster.check(story.state)
    story.passes(MINUTE)
    assert story.state.places == 2001
