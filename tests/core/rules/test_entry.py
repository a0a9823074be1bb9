"""The entry: making it, changing it, deleting it, and who has a part in it."""

from typing import Any

import pytest

from protocol import commands as c
from protocol.content import Caption
from protocol.errors import ErrorCode
from protocol.ids import AccountId
from protocol.roles import EndReason, EntryKind, Part, Presence, Role, SessionState
from protocol.settings import EntrySettings
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER, Actor
from server.core.decide import Decided, Rejected, decide
from server.core.state import EMPTY
from tests.core.given import DAY, HOUR, NOON, PLATFORM, ROOM, Answer, Someone, Story


def make(actor: Actor, **more: Any) -> Decided | Rejected:
    """Decide on an entry in an empty room."""
    wish = c.CreateEntry.model_validate({"kind": EntryKind.ROOM, "name": "Algebra"} | more)
    return decide(EMPTY, wish, actor, Story().env())


# --- making it -----------------------------------------------------------------------------


def test_whoever_makes_an_entry_owns_it() -> None:
    story = Story(is_open=False)
    created = story.records[0].events[0]
    assert isinstance(created, e.EntryCreated)
    assert created.owner.part is Part.OWNER
    assert created.owner.account_id == story.owner.account_id
    assert created.entry.id == ROOM
    assert created.session_id.startswith(f"{ROOM}.")


def test_a_room_holds_one_entry() -> None:
    story = Story()
    again = c.CreateEntry(kind=EntryKind.ROOM, name="Geometry")
    story.when(story.owner.account, again).then_refused(ErrorCode.CONFLICT)


def test_a_platform_names_the_owner_and_nobody_else_does() -> None:
    owner = c.Owner(account_id=AccountId("a_1"), name="Ada", email="ada@school.example")
    account = Story().owner.account
    for actor in (PLATFORM, SERVER):
        assert isinstance(make(actor, owner=owner), Decided)
        assert make(actor) == Rejected(code=ErrorCode.BAD_REQUEST, where="owner")
    assert make(account, owner=owner) == Rejected(code=ErrorCode.BAD_REQUEST, where="owner")


def test_nobody_makes_an_entry_without_signing_in() -> None:
    door = Story().someone("Gus").at_the_door
    assert make(door) == Rejected(code=ErrorCode.NOT_SIGNED_IN)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "is_fine"),
    [
        (None, None, True),
        (NOON, None, True),
        (NOON, NOON + HOUR, True),
        (None, NOON, False),
        (NOON, NOON, False),
        (NOON, NOON - 1, False),
    ],
)
def test_an_end_comes_after_a_start(
    starts_at: int | None, ends_at: int | None, is_fine: bool
) -> None:
    made = make(Story().owner.account, starts_at=starts_at, ends_at=ends_at)
    if is_fine:
        assert isinstance(made, Decided)
    else:
        assert made == Rejected(code=ErrorCode.BAD_REQUEST, where="ends_at")


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("", True),
        ("https://media.example/intro.mp4", True),
        ("http://media.example/intro.mp4", True),
        ("/media/intro.mp4", True),
        ("javascript:alert(1)", False),
        ("data:text/html,hello", False),
        ("//evil.example/x", False),
        ("/\\evil.example", False),
        ("media/intro.mp4", False),
    ],
)
def test_content_comes_from_an_address_that_a_page_can_show(url: str, is_fine: bool) -> None:
    made = make(Story().owner.account, content_url=url)
    if is_fine:
        assert isinstance(made, Decided)
    else:
        assert made == Rejected(code=ErrorCode.BAD_REQUEST, where="content_url")


def test_a_name_of_which_nothing_is_seen_is_refused() -> None:
    made = make(Story().owner.account, name="\u200b")
    assert made == Rejected(code=ErrorCode.BAD_REQUEST, where="name")


# --- changing it ---------------------------------------------------------------------------


def test_editing_changes_what_is_named_and_leaves_the_rest() -> None:
    story = Story(starts_at=NOON, ends_at=NOON + HOUR)
    story.when(story.host, c.EditEntry(name=" Geometry ")).then_a(e.EntryEdited)
    assert story.entry.name == "Geometry"
    assert story.entry.starts_at == NOON
    story.when(story.host, c.EditEntry(name="Geometry")).then_nothing()


def test_null_clears_a_moment() -> None:
    story = Story(starts_at=NOON, ends_at=NOON + HOUR)
    story.when(story.host, c.EditEntry(starts_at=None)).then_refused(
        ErrorCode.BAD_REQUEST, "ends_at"
    )
    story.given(story.host, c.EditEntry(starts_at=None, ends_at=None))
    assert (story.entry.starts_at, story.entry.ends_at) == (None, None)


@pytest.mark.parametrize("field", ["name", "description", "content_url", "captions"])
def test_null_is_refused_for_a_text(field: str) -> None:
    story = Story()
    wish = c.EditEntry.model_validate({field: None})
    story.when(story.host, wish).then_refused(ErrorCode.BAD_REQUEST, field)


def test_an_edit_is_held_to_the_same_rules_as_the_making() -> None:
    story = Story()
    story.when(story.host, c.EditEntry(content_url="javascript:1")).then_refused(
        ErrorCode.BAD_REQUEST, "content_url"
    )
    story.when(story.host, c.EditEntry(name="\u200b")).then_refused(ErrorCode.BAD_REQUEST, "name")
    story.when(story.host, c.EditEntry(ends_at=NOON + DAY)).then_refused(
        ErrorCode.BAD_REQUEST, "ends_at"
    )


def test_settings_change_where_they_are_named() -> None:
    story = Story(names_up_to=7)
    wish = c.EditSettings(
        settings=EntrySettings(stage_capacity=3, names_up_to=9), only=("stage_capacity",)
    )
    story.when(story.host, wish).then_a(e.SettingsEdited)
    assert (story.state.settings.stage_capacity, story.state.settings.names_up_to) == (3, 7)
    story.when(story.host, wish).then_nothing()


def test_a_changed_approval_moves_those_who_waited_for_it() -> None:
    story = Story(approve_guests=True)
    guest = story.guest
    wish = c.EditSettings(settings=EntrySettings(), only=("approve_guests",))
    story.when(story.host, wish).then_a(e.SettingsEdited, e.ParticipantAdmitted)
    assert guest.now.is_in


@pytest.mark.parametrize(
    ("part", "may_edit", "may_delete"),
    [
        (Part.CO_OWNER, True, True),
        (Part.CO_EDITOR, True, False),
        (Part.CO_PUBLISHER, False, False),
        (Part.CO_VIEWER, False, False),
    ],
)
def test_a_part_says_who_edits_and_who_deletes(
    part: Part, may_edit: bool, may_delete: bool
) -> None:
    story = Story()
    cora = story.collaborator("Cora", part)
    expected(story.when(cora.account, c.EditEntry(name="Other")), is_fine=may_edit)
    expected(story.when(cora.account, c.DeleteEntry()), is_fine=may_delete)


def expected(answer: Answer, *, is_fine: bool) -> None:
    if is_fine:
        answer.granted()
    else:
        answer.then_refused(ErrorCode.NOT_ALLOWED)


def test_a_host_without_a_part_does_not_touch_the_entry() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.HOST))
    for wish in (c.EditEntry(name="Mine"), c.DeleteEntry()):
        story.when(guest, wish).then_refused(ErrorCode.NOT_ALLOWED)


# --- deleting it ---------------------------------------------------------------------------


def test_deleting_ends_the_session_and_answers_nobody_any_more() -> None:
    story = Story()
    guest = story.guest
    story.when(story.owner.account, c.DeleteEntry()).then(
        e.SessionEnded(reason=EndReason.ENTRY_DELETED), e.EntryDeleted()
    )
    assert guest.presence() is Presence.LEFT
    for wish in (c.StartSession(), c.EditEntry(name="Back"), c.DeleteEntry()):
        story.when(story.owner.account, wish).then_refused(ErrorCode.NOT_FOUND)
    again = c.CreateEntry(kind=EntryKind.ROOM, name="Algebra")
    story.when(story.owner.account, again).then_refused(ErrorCode.CONFLICT)


def test_deleting_after_the_end_ends_nothing_twice() -> None:
    story = Story()
    story.ends()
    story.when(story.owner.account, c.DeleteEntry()).then(e.EntryDeleted())
    assert story.session.end_reason is EndReason.BY_HOST
    assert story.life() is SessionState.ENDED


# --- collaborators -------------------------------------------------------------------------


def set_part(part: Part, someone: Someone) -> c.SetCollaborator:
    assert someone.account_id is not None
    return c.SetCollaborator(
        account_id=someone.account_id, name=someone.name, email=someone.email, part=part
    )


def test_owners_give_parts_and_take_them_away() -> None:
    story = Story()
    cora = story.someone("Cora", account=True)
    assert cora.account_id is not None
    wish = set_part(Part.CO_EDITOR, cora)
    story.when(story.owner.account, wish).then_a(e.CollaboratorSet)
    story.when(story.owner.account, wish).then_nothing()
    remove = c.RemoveCollaborator(account_id=cora.account_id)
    story.when(story.owner.account, remove).then(e.CollaboratorRemoved(account_id=cora.account_id))
    story.when(story.owner.account, remove).then_refused(ErrorCode.NOT_FOUND)


def test_an_entry_has_so_many_collaborators_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has a part already may be given another; a platform is held to it as well."""
    monkeypatch.setattr("server.core.rules.entry.MAX_COLLABORATORS", 2)
    story = Story()
    cora = story.collaborator("Cora", Part.CO_EDITOR)
    more = story.someone("More", account=True)
    assert cora.account_id is not None
    assert more.account_id is not None
    granted = o.GrantPart(
        account_id=more.account_id, name=more.name, email=more.email, part=Part.CO_VIEWER
    )

    wish = set_part(Part.CO_VIEWER, more)
    story.when(story.owner.account, wish).then_refused(ErrorCode.TOO_LARGE)
    story.when(PLATFORM, granted).then_refused(ErrorCode.TOO_LARGE)
    story.when(story.owner.account, set_part(Part.CO_VIEWER, cora)).granted()
    story.given(story.owner.account, c.RemoveCollaborator(account_id=cora.account_id))
    story.when(story.owner.account, wish).granted()


def test_nobody_becomes_owner_and_the_owner_stays() -> None:
    story = Story()
    cora = story.collaborator("Cora", Part.CO_OWNER)
    assert story.owner.account_id is not None
    for wish in (
        set_part(Part.OWNER, cora),
        set_part(Part.CO_VIEWER, story.owner),
        c.RemoveCollaborator(account_id=story.owner.account_id),
    ):
        story.when(cora.account, wish).then_refused(ErrorCode.NOT_ALLOWED)


@pytest.mark.parametrize("part", [Part.CO_EDITOR, Part.CO_PUBLISHER, Part.CO_VIEWER])
def test_only_owners_manage_collaborators(part: Part) -> None:
    story = Story()
    cora, other = story.collaborator("Cora", part), story.someone("Other", account=True)
    story.when(cora.account, set_part(Part.CO_VIEWER, other)).then_refused(ErrorCode.NOT_ALLOWED)
    assert cora.account_id is not None
    remove = c.RemoveCollaborator(account_id=cora.account_id)
    story.when(cora.account, remove).then_refused(ErrorCode.NOT_ALLOWED)


ENGLISH = Caption(language="en", label="English", url="/talk.en.vtt")


def test_captions_are_kept_in_order_and_can_be_taken_away() -> None:
    german = Caption(language="de", label="Deutsch", url="https://files.example/talk.de.vtt")
    story = Story()

    story.when(story.host, c.EditEntry(captions=(german, ENGLISH)))
    assert story.state.entry is not None
    assert story.state.entry.captions == (german, ENGLISH)

    story.when(story.host, c.EditEntry(captions=()))
    assert story.state.entry is not None
    assert not story.state.entry.captions


def test_captions_of_an_address_that_would_run_are_refused() -> None:
    story = Story()
    bad = ENGLISH.model_copy(update={"url": "javascript:1"})

    story.when(story.host, c.EditEntry(captions=(ENGLISH, bad))).then_refused(
        ErrorCode.BAD_REQUEST, "captions"
    )
