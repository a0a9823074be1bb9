"""Every command × every actor × every target: no more and no less than the table says."""

from functools import cache
from typing import Any

import pytest

from protocol import commands as c
from protocol.commands import Command
from protocol.errors import ErrorCode
from protocol.ids import AccountId, BlockId, ParticipantId
from protocol.quiz import Quiz
from protocol.roles import InvitationType, Part, Right, Role, StageMode
from protocol.settings import EntrySettings
from server.core.actors import SERVER, AccountActor, Actor, ParticipantActor
from server.core.decide import Decided, Env, Rejected, decide
from server.core.rights import (
    GRANTABLE,
    INVITATION_ROLES,
    PART_RIGHTS,
    PART_ROLES,
    ROLE_RIGHTS,
    rank_of,
    rights_of,
)
from tests.core.given import NOON, PERSON_KEY, PLATFORM, ROOM, Someone, Story
from tests.core.wishes import COMMANDS

ENV = Env(room=ROOM, now=NOON, seed=b"sixteen bytes ok", person_key=PERSON_KEY)

# --- the tables, from the product page -----------------------------------------------------

ROLES = """
                      host  moderator  speaker  viewer
raise_hand            x     x          x        x
request_stage         x     x          x        x
rename_self           x     x          x        x
join_stage            x     x          x        -
enter_early           x     x          -        -
pass_lock             x     x          -        -
see_staff             x     x          -        -
admit                 x     x          -        -
lock                  x     x          -        -
start_session         x     x          -        -
end_session           x     x          -        -
lower_hands           x     x          -        -
manage_stage          x     x          -        -
mute_others           x     x          -        -
set_role              x     x          -        -
edit_rights           x     x          -        -
rename_others         x     x          -        -
remove                x     x          -        -
block                 x     x          -        -
invite                x     x          -        -
manage_guest_access   x     x          -        -
export                x     x          -        -
edit_entry            -     -          -        -
manage_collaborators  -     -          -        -
delete_entry          -     -          -        -
"""

PARTS = """
                      owner  co_owner  co_editor  co_publisher  co_viewer
session               x      x         x          x             -
edit_entry            x      x         x          -             -
manage_collaborators  x      x         -          -             -
delete_entry          x      x         -          -             -
"""


def columns(table: str) -> dict[str, set[str]]:
    """Read a table: for each column the rows with a cross."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return {
        name: {row[0] for row in rows if row[number + 1] == "x"} for number, name in enumerate(head)
    }


@pytest.mark.parametrize("role", Role)
def test_a_role_gives_the_rights_of_its_column(role: Role) -> None:
    assert ROLE_RIGHTS[role] == columns(ROLES)[role.value]


@pytest.mark.parametrize("part", Part)
def test_a_part_gives_the_rights_of_its_column(part: Part) -> None:
    column = columns(PARTS)[part.value]
    expected = column - {"session"}
    if "session" in column:
        expected |= columns(ROLES)["moderator"]
    assert PART_RIGHTS[part] == expected


def test_every_right_is_in_the_table() -> None:
    assert {line.split()[0] for line in ROLES.strip().splitlines()[1:]} == set(Right)


def test_parts_and_invitations_give_these_roles() -> None:
    assert {part: role.value for part, role in PART_ROLES.items()} == {
        Part.OWNER: "host",
        Part.CO_OWNER: "host",
        Part.CO_EDITOR: "host",
        Part.CO_PUBLISHER: "moderator",
        Part.CO_VIEWER: "viewer",
    }
    assert {kind: role.value for kind, role in INVITATION_ROLES.items()} == {
        InvitationType.VIEWER: "viewer",
        InvitationType.SPEAKER: "speaker",
        InvitationType.MODERATOR: "moderator",
        InvitationType.COLLABORATOR: "moderator",
    }


def test_what_can_be_given_in_a_session_is_what_a_moderator_has() -> None:
    assert columns(ROLES)["moderator"] == GRANTABLE


# --- a room with one of everything ---------------------------------------------------------


class Stage:
    """Everybody inside and on stage; somebody waits, somebody is removed, somebody blocked."""

    def __init__(self) -> None:
        story = Story(stage_mode=StageMode.EVERYONE)
        self.story = story
        self.people: dict[str, Someone] = {
            "host": story.host,
            "moderator": story.moderator,
            "speaker": story.speaker,
            "viewer": story.viewer,
            "guest": story.guest,
        }
        self.others: dict[str, Someone] = {
            "host": story.comes(story.collaborator("Cora", Part.CO_OWNER)),
            "moderator": story.invited("Milo", InvitationType.MODERATOR),
            "speaker": story.invited("Sue", InvitationType.SPEAKER),
            "viewer": story.invited("Vic", InvitationType.VIEWER),
            "guest": story.came("Gina", story.open_link),
        }
        for someone in (*self.people.values(), *self.others.values()):
            story.given(someone, c.JoinStage())
        story.given(story.host, c.SetStageMode(mode=StageMode.BY_REQUEST))
        self.link = story.makes_link("Spare")
        self.invitation = story.invites(story.someone("Ines"))
        self.waiting = story.came("Willy", story.makes_link("Knock", needs_approval=True))
        removed, blocked = story.came("Rita", story.open_link), story.came("Bill", story.open_link)
        story.given(story.host, c.Remove(participant_id=removed.id))
        made = story.when(story.host, c.Block(participant_id=blocked.id))
        self.removed, self.block = removed, BlockId(made.result["block_id"])
        self.blocked = blocked
        self.seated = story.someone("Sid")
        story.redeems(self.seated, story.open_link)
        self.left = story.came("Lea", story.open_link)
        story.leaves(self.left)
        self.accounts = {
            part.value: story.collaborator(f"Out {part.value}", part)
            for part in Part
            if part is not Part.OWNER
        }
        story.collaborator("Victim", Part.CO_VIEWER)

    def actors(self) -> dict[str, Actor]:
        inside: dict[str, Actor] = {name: one.inside for name, one in self.people.items()}
        outside = {f"{name} outside": one.account for name, one in self.accounts.items()}
        return inside | outside | {"owner outside": self.story.owner.account, "platform": PLATFORM}


@cache
def stage() -> Stage:
    return Stage()


# --- what each command needs ---------------------------------------------------------------

ON_SOMEBODY: dict[type[Command], Right] = {
    c.LowerHand: Right.LOWER_HANDS,
    c.DeclineStageRequest: Right.MANAGE_STAGE,
    c.OfferStage: Right.MANAGE_STAGE,
    c.RevokeStageOffer: Right.MANAGE_STAGE,
    c.RemoveFromStage: Right.MANAGE_STAGE,
    c.Mute: Right.MUTE_OTHERS,
    c.RequestUnmute: Right.MUTE_OTHERS,
    c.TurnCameraOff: Right.MUTE_OTHERS,
    c.SetRole: Right.SET_ROLE,
    c.UndoRole: Right.SET_ROLE,
    c.SetRights: Right.EDIT_RIGHTS,
    c.Rename: Right.RENAME_OTHERS,
    c.Remove: Right.REMOVE,
    c.Block: Right.BLOCK,
    c.SendBack: Right.ADMIT,
}
"""Commands on a person inside, who must not stand above the actor."""

FOR_ONESELF: dict[type[Command], Right | None] = {
    c.RaiseHand: Right.RAISE_HAND,
    c.LowerHand: None,
    c.RequestStage: Right.REQUEST_STAGE,
    c.WithdrawStageRequest: None,
    c.AnswerStageOffer: None,
    c.JoinStage: Right.JOIN_STAGE,
    c.LeaveStage: None,
    c.SetMicrophone: None,
    c.SetCamera: None,
    c.Rename: Right.RENAME_SELF,
    c.Leave: None,
}
"""Commands about the actor alone, who has to be in the room."""

ON_THE_ROOM: dict[type[Command], frozenset[Right]] = {
    c.EditEntry: frozenset({Right.EDIT_ENTRY}),
    c.EditSettings: frozenset({Right.EDIT_ENTRY}),
    c.DeleteEntry: frozenset({Right.DELETE_ENTRY}),
    c.SetQuiz: frozenset({Right.EDIT_ENTRY}),
    c.SetCollaborator: frozenset({Right.MANAGE_COLLABORATORS}),
    c.RemoveCollaborator: frozenset({Right.MANAGE_COLLABORATORS}),
    c.SetGuestAccess: frozenset({Right.MANAGE_GUEST_ACCESS}),
    c.CreateGuestLink: frozenset({Right.MANAGE_GUEST_ACCESS}),
    c.EditGuestLink: frozenset({Right.MANAGE_GUEST_ACCESS}),
    c.PauseGuestLink: frozenset({Right.MANAGE_GUEST_ACCESS}),
    c.ExtendGuestLink: frozenset({Right.MANAGE_GUEST_ACCESS}),
    c.RegenerateGuestLink: frozenset({Right.MANAGE_GUEST_ACCESS}),
    c.DeleteGuestLink: frozenset({Right.MANAGE_GUEST_ACCESS}),
    c.RevokeGuestLink: frozenset({Right.MANAGE_GUEST_ACCESS, Right.REMOVE}),
    c.Invite: frozenset({Right.INVITE}),
    c.ResendInvitation: frozenset({Right.INVITE}),
    c.ChangeInvitation: frozenset({Right.INVITE}),
    c.ExtendInvitation: frozenset({Right.INVITE}),
    c.ResetInvitationDevice: frozenset({Right.INVITE}),
    c.RevokeInvitation: frozenset({Right.INVITE}),
    c.StartSession: frozenset({Right.START_SESSION}),
    c.EndSession: frozenset({Right.END_SESSION}),
    c.SetLock: frozenset({Right.LOCK}),
    c.Admit: frozenset({Right.ADMIT}),
    c.AdmitAll: frozenset({Right.ADMIT}),
    c.Decline: frozenset({Right.ADMIT}),
    c.MessageWaiting: frozenset({Right.ADMIT}),
    c.ClearHands: frozenset({Right.LOWER_HANDS}),
    c.UndoClearHands: frozenset({Right.LOWER_HANDS}),
    c.SetStageMode: frozenset({Right.MANAGE_STAGE}),
    c.MuteAll: frozenset({Right.MUTE_OTHERS}),
    c.TurnCamerasOff: frozenset({Right.MUTE_OTHERS}),
    c.SetHardMute: frozenset({Right.MUTE_OTHERS}),
    c.Readmit: frozenset({Right.REMOVE}),
    c.Unblock: frozenset({Right.BLOCK}),
}
"""Commands on the room, its doors, and viewers who are not inside."""


FOR_WHOEVER_WAS_LET_IN = {c.SubmitQuiz}
"""Commands that need no right, and nobody inside at the moment; see `test_takers.py`."""


def test_every_command_is_in_these_tables() -> None:
    tables = {*ON_SOMEBODY, *FOR_ONESELF, *ON_THE_ROOM, *FOR_WHOEVER_WAS_LET_IN}
    assert tables == set(COMMANDS[1:])
    assert COMMANDS[0] is c.CreateEntry


def wish(kind: type[Command], subject: ParticipantId | None = None, **more: Any) -> Command:
    """Make a command that does something in the room of the tests."""
    here = stage()
    values: dict[str, Any] = {
        "name": "Other",
        "settings": EntrySettings(stage_capacity=26),
        "only": ("stage_capacity",),
        "account_id": AccountId("a_victim"),
        "email": "victim@school.example",
        "part": Part.CO_VIEWER,
        "is_on": True,
        "link_id": here.link,
        "is_paused": True,
        "days": 1,
        "invitation_id": here.invitation,
        "invitation_type": InvitationType.VIEWER,
        "invitees": (c.Invitee(email="new@school.example"),),
        "minutes": 5,
        "is_locked": True,
        "text": "Soon.",
        "mode": StageMode.INVITE_ONLY,
        "is_accepted": False,
        "role": Role.VIEWER,
        "block_id": here.block,
        "participant_ids": (here.waiting.id,),
        "participant_id": subject,
        "quiz": Quiz(),
        "version": 1,
        "answers": (),
    }
    fields = {
        name: values[name]
        for name, field in kind.model_fields.items()
        if name in values and (field.is_required() or name in ("participant_id", "name"))
    }
    if fields.get("participant_id") is None:
        fields.pop("participant_id", None)
    return kind(**fields | more)


def refuses(actor: Actor, asked: Command) -> bool:
    """Whether the answer is that the actor may not."""
    decided = decide(stage().story.state, asked, actor, ENV)
    return isinstance(decided, Rejected) and decided.code is ErrorCode.NOT_ALLOWED


def standing(name: str) -> tuple[set[str], int, bool]:
    """Say by the tables what an actor may do, how high they stand, and whether they are inside."""
    ranks = {"host": 3, "moderator": 2, "speaker": 1, "viewer": 0, "guest": 0}
    if name in ranks:
        role = "viewer" if name == "guest" else name
        rights = set(columns(ROLES)[role])
        if name == "host":  # The owner, whose part in the entry counts inside, too.
            rights |= columns(PARTS)["owner"] - {"session"}
        return rights, ranks[name], True
    if name == "platform":
        return set(Right), 3, False
    part = name.partition(" ")[0]
    column = columns(PARTS)[part]
    rights = (column - {"session"}) | (
        columns(ROLES)["moderator"] if "session" in column else set()
    )
    rank = {"owner": 3, "co_owner": 3, "co_editor": 3, "co_publisher": 2, "co_viewer": 0}[part]
    return rights, rank, False


ACTORS = (
    "host", "moderator", "speaker", "viewer", "guest", "platform", "owner outside",
    "co_owner outside", "co_editor outside", "co_publisher outside", "co_viewer outside",
)  # fmt: skip
RANKS = {"host": 3, "moderator": 2, "speaker": 1, "viewer": 0, "guest": 0}


def test_the_actors_of_these_tests_are_those_of_the_room() -> None:
    assert set(stage().actors()) == set(ACTORS)
    for name, actor in stage().actors().items():
        rights, rank, _ = standing(name)
        assert rights_of(stage().story.state, actor) == rights
        assert rank_of(stage().story.state, actor) == rank


@pytest.mark.parametrize("kind", ON_SOMEBODY, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ACTORS)
def test_a_command_on_somebody_needs_its_right_and_the_rank(name: str, kind: type[Command]) -> None:
    actor = stage().actors()[name]
    rights, rank, _ = standing(name)
    for target, someone in stage().others.items():
        may = ON_SOMEBODY[kind] in rights and RANKS[target] <= rank
        if kind is c.SendBack and target == "host":
            may = False
        assert refuses(actor, wish(kind, someone.id)) is not may, f"{name} on {target}"


@pytest.mark.parametrize("kind", ON_THE_ROOM, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ACTORS)
def test_a_command_on_the_room_needs_its_rights(name: str, kind: type[Command]) -> None:
    subject = stage().removed.id if kind is c.Readmit else None
    rights, _, _ = standing(name)
    may = ON_THE_ROOM[kind] <= rights
    assert refuses(stage().actors()[name], wish(kind, subject)) is not may


@pytest.mark.parametrize("kind", FOR_ONESELF, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ACTORS)
def test_a_command_for_oneself_needs_one_to_be_inside(name: str, kind: type[Command]) -> None:
    rights, _, is_inside = standing(name)
    needed = FOR_ONESELF[kind]
    may = is_inside and (needed is None or needed in rights)
    if kind is c.JoinStage and is_inside:
        may = True  # Everybody is on stage already, so that nothing is left to allow.
    assert refuses(stage().actors()[name], wish(kind)) is not may


@pytest.mark.parametrize("kind", [c.Remove, c.Block, c.SendBack], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", RANKS)
def test_some_commands_are_never_for_oneself(name: str, kind: type[Command]) -> None:
    someone = stage().people[name]
    assert refuses(someone.inside, wish(kind, someone.id))


@pytest.mark.parametrize("name", ACTORS)
def test_a_role_is_given_up_to_the_own_rank(name: str) -> None:
    rights, rank, _ = standing(name)
    for target, someone in stage().others.items():
        for role in Role:
            may = Right.SET_ROLE in rights and max(RANKS[target], role.rank) <= rank
            asked = wish(c.SetRole, someone.id, role=role)
            assert refuses(stage().actors()[name], asked) is not may, f"{target} to {role}"


@pytest.mark.parametrize("name", ACTORS)
def test_an_invitation_is_given_up_to_the_own_rank(name: str) -> None:
    rights, rank, _ = standing(name)
    kinds = {
        InvitationType.VIEWER: 0, InvitationType.SPEAKER: 1, InvitationType.MODERATOR: 2,
    }  # fmt: skip
    for kind, needed in kinds.items():
        may = Right.INVITE in rights and needed <= rank
        for asked in (
            wish(c.Invite, invitation_type=kind),
            wish(c.ChangeInvitation, invitation_type=kind),
        ):
            assert refuses(stage().actors()[name], asked) is not may


# --- nobody at all -------------------------------------------------------------------------


def strangers() -> dict[str, Actor]:
    here = stage()
    return {
        "waiting": here.waiting.inside,
        "seated": here.seated.inside,
        "left": here.left.inside,
        "removed": here.removed.inside,
        "blocked": here.blocked.inside,
        "visitor": here.story.someone("Passer-by").at_the_door,
        "account": here.story.someone("Somebody", account=True).account,
        "ghost": ParticipantActor(
            participant_id=ParticipantId("p_ghost"),
            connection_id=here.people["host"].connections[0],
        ),
    }


@pytest.mark.parametrize(
    "name", ["waiting", "seated", "left", "removed", "blocked", "visitor", "account", "ghost"]
)
@pytest.mark.parametrize("kind", COMMANDS[1:], ids=lambda kind: kind.__name__)
def test_whoever_is_not_inside_and_has_no_part_may_do_nothing(
    name: str, kind: type[Command]
) -> None:
    actor = strangers()[name]
    for someone in (stage().others["viewer"], stage().waiting):
        asked = wish(kind, someone.id)
        decided = decide(stage().story.state, asked, actor, ENV)
        if kind is c.Leave and isinstance(actor, ParticipantActor):
            assert isinstance(decided, Decided)
            continue
        assert isinstance(decided, Rejected)
        assert decided.code in (ErrorCode.NOT_ALLOWED, ErrorCode.WAITING, ErrorCode.NOT_FOUND)
        assert not decided.facts
    assert rights_of(stage().story.state, actor) == frozenset()


# --- single rights -------------------------------------------------------------------------


def with_rights(granted: tuple[Right, ...], revoked: tuple[Right, ...], who: str) -> Story:
    """Give the room after single rights were set, as a story that goes on by itself."""
    here = stage()
    story = Story.__new__(Story)
    story.__dict__.update(here.story.__dict__)
    story.__dict__.update(records=[], _is_checked=False)
    asked = c.SetRights(participant_id=here.people[who].id, granted=granted, revoked=revoked)
    story.when(here.story.owner.account, asked).granted()
    return story


def refused_in(story: Story, actor: Actor, asked: Command) -> bool:
    decided = decide(story.state, asked, actor, ENV)
    return isinstance(decided, Rejected) and decided.code is ErrorCode.NOT_ALLOWED


@pytest.mark.parametrize("right", sorted(GRANTABLE - ROLE_RIGHTS[Role.VIEWER]))
def test_a_viewer_with_one_more_right_may_do_what_it_says_to_those_of_their_rank(
    right: Right,
) -> None:
    story = with_rights((right,), (), "viewer")
    actor = stage().people["viewer"].inside
    rights = ROLE_RIGHTS[Role.VIEWER] | {right}
    for kind, needed in ON_THE_ROOM.items():
        subject = stage().removed.id if kind is c.Readmit else None
        # To release a hard mute takes the rank, too, or a muted speaker could release themselves.
        may = needed <= rights and kind is not c.SetHardMute
        assert refused_in(story, actor, wish(kind, subject)) is not may, kind
    for kind, one in ON_SOMEBODY.items():
        for target, someone in stage().others.items():
            may = one is right and RANKS[target] == 0
            assert refused_in(story, actor, wish(kind, someone.id)) is not may, (kind, target)


@pytest.mark.parametrize("right", sorted(GRANTABLE))
def test_a_moderator_with_one_right_less_may_do_all_but_that(right: Right) -> None:
    story = with_rights((), (right,), "moderator")
    actor = stage().people["moderator"].inside
    rights = ROLE_RIGHTS[Role.MODERATOR] - {right}
    assert rights_of(story.state, actor) == rights
    for kind, needed in ON_THE_ROOM.items():
        subject = stage().removed.id if kind is c.Readmit else None
        may = needed <= rights
        assert refused_in(story, actor, wish(kind, subject)) is not may, kind
    for kind, one in ON_SOMEBODY.items():
        someone = stage().others["viewer"]
        assert refused_in(story, actor, wish(kind, someone.id)) is not (one in rights), kind


def test_settings_take_away_what_they_switch_off() -> None:
    story = Story(moderators_may_invite=False, guests_may_rename=False)
    actor = story.moderator.inside
    rights = rights_of(story.state, actor)
    assert ROLE_RIGHTS[Role.MODERATOR] - rights == {Right.INVITE, Right.MANAGE_GUEST_ACCESS}
    for someone in (story.speaker, story.viewer, story.guest):
        assert Right.RENAME_SELF not in rights_of(story.state, someone.inside)
    assert rights_of(story.state, story.host.inside) >= ROLE_RIGHTS[Role.HOST]


# --- outside of the room -------------------------------------------------------------------


def test_a_part_does_not_outdo_the_role_in_the_running_session() -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    assert rights_of(story.state, paul.account) == PART_RIGHTS[Part.CO_PUBLISHER]
    story.given(story.host, c.SetRole(participant_id=paul.id, role=Role.VIEWER))
    assert rights_of(story.state, paul.account) == {
        Right.RAISE_HAND, Right.REQUEST_STAGE, Right.RENAME_SELF, Right.INVITE,
        Right.MANAGE_GUEST_ACCESS,
    }  # fmt: skip
    assert rank_of(story.state, paul.account) == 0
    story.leaves(paul)
    assert rank_of(story.state, paul.account) == 0
    story.ends()
    assert rights_of(story.state, paul.account) == PART_RIGHTS[Part.CO_PUBLISHER]


def test_a_role_in_the_session_gives_an_account_no_more_than_its_part() -> None:
    story = Story()
    vic = story.comes(story.collaborator("Vic", Part.CO_VIEWER))
    story.given(story.host, c.SetRole(participant_id=vic.id, role=Role.HOST))
    assert rights_of(story.state, vic.inside) == ROLE_RIGHTS[Role.HOST]
    assert rights_of(story.state, vic.account) == frozenset()


def test_kept_out_or_blocked_a_part_is_worth_nothing_but_the_owners() -> None:
    story = Story()
    removed = story.comes(story.collaborator("Paul", Part.CO_OWNER))
    blocked = story.comes(story.collaborator("Petra", Part.CO_OWNER))
    story.given(story.host, c.Remove(participant_id=removed.id), c.Block(participant_id=blocked.id))
    assert rights_of(story.state, removed.account) == frozenset()
    assert rights_of(story.state, blocked.account) == frozenset()
    story.ends()
    assert rights_of(story.state, removed.account) == PART_RIGHTS[Part.CO_OWNER]
    assert rights_of(story.state, blocked.account) == frozenset()
    assert rank_of(story.state, blocked.account) == -1
    assert rights_of(story.state, story.owner.account) == PART_RIGHTS[Part.OWNER]


def test_an_account_with_a_part_elsewhere_is_nobody_here() -> None:
    story = Story()
    stranger = AccountActor(account_id=AccountId("a_elsewhere"), person=story.owner.person)
    assert rights_of(story.state, stranger) == frozenset()
    assert rank_of(story.state, stranger) == -1


def test_the_server_and_a_platform_stand_above_everybody() -> None:
    state = stage().story.state
    for actor in (SERVER, PLATFORM):
        assert rights_of(state, actor) == frozenset(Right)
        assert rank_of(state, actor) == Role.HOST.rank


def test_ids_in_a_command_are_no_capability() -> None:
    here = stage()
    guest = here.people["guest"].inside
    for kind in (c.RegenerateGuestLink, c.RevokeInvitation, c.Unblock, c.Readmit):
        assert refuses(guest, wish(kind, here.removed.id))
